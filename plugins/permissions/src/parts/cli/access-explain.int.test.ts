import codeHost from '@sextant/plugin-code-host';
import { permissionHosts, repositories, visibility } from '@sextant/plugin-code-host/api';
import identity from '@sextant/plugin-identity';
import { accounts, users } from '@sextant/plugin-identity/api';
import { core } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import manifest from '../../manifest.js';
import { aSite, eventually } from '../../testing/a-site.js';
import { explainAccess } from './explain-access.js';

describe('sextant access explain', () => {
  it('tells it beside a Sextant that runs, without the plugins of code hosts', async () => {
    const site = await aSite();
    site.forge.repositories.set('a', { name: 'team/a', private: true });
    site.forge.accounts.set('a1', 'ada');
    site.forge.allow('a1', 'a');
    await site.list();
    const ada = await site.person('ada', { id: 'a1' });
    await site.person('ben');
    await site.settled();
    await expect.poll(() => site.sees(ada), eventually).toEqual(['team/a']);

    const beside = await startTestKernel({ plugins: [identity, codeHost, manifest], roles: ['cli'], databaseUrl: site.kernel.databaseUrl });
    const run = async (user: string) => {
      const lines: string[] = [];
      const code = await explainAccess(
        { user, repository: 'team/a' },
        {
          db: beside.service(core.storage, 'permissions'),
          jobs: beside.service(core.jobs, 'permissions'),
          actors: beside.service(core.actor, 'permissions'),
          hosts: beside.service(permissionHosts, 'code-host'),
          repositories: beside.service(repositories, 'code-host'),
          wall: beside.service(visibility, 'code-host'),
          users: beside.service(users, 'identity'),
          accounts: beside.service(accounts, 'identity'),
        },
        { line: (text) => void lines.push(text), json: () => undefined, note: () => undefined },
      );
      return { code, lines };
    };
    expect(await run('ada')).toEqual({
      code: 0,
      lines: [
        expect.stringMatching(/^ada sees team\/a\. https:\/\/forge\.example\.com\/ lets the account ada read it/),
        expect.stringMatching(/^ {2}GRANTED_BY_HOST: .*\(since \d{4}-/),
        'What would change it:',
        '  - Take access away at https://forge.example.com/.',
      ],
    });
    expect(await run('ben')).toEqual({
      code: 1,
      lines: [
        'ben does not see team/a. ben has no account at https://forge.example.com/: nobody signed in there for it.',
        '  NO_ACCOUNT: ben has no account at https://forge.example.com/: nobody signed in there for it.',
        'What would change it:',
        '  - Sign in by https://forge.example.com/, or link the account there.',
      ],
    });
    await expect(run('nobody')).rejects.toMatchObject({ code: 'SEXTANT_PERMISSIONS_USER_NOT_FOUND' });
  });
});
