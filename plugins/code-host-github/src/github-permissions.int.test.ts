import codeHost from '@sextant/plugin-code-host';
import { type EnforcedSextant, enforceSextant } from '@sextant/plugin-code-host/testing';
import identity from '@sextant/plugin-identity';
import type { User } from '@sextant/plugin-identity/api';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import site from '@sextant/plugin-site';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeGithub } from './testing/fake-github.js';

const SECRET = 'hunter2-canary';
const NAMES = Array.from({ length: 12 }, (_, at) => `r${at + 1}`);
const PEOPLE = ['ana', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal'];

describe('permissions of GitHub, through the whole of Sextant', () => {
  let github: FakeGithub;
  let sextant: EnforcedSextant;
  const builders = { id: 71, members: new Set(['ana', 'ben']), repositories: new Set(NAMES.map((name) => `acme/${name}`)) };
  const [all, people] = [NAMES.map((name) => `gh/acme/${name}`), new Map<string, User>()];
  const userOf = (login: string): User => people.get(login) as User;

  beforeAll(async () => {
    github = await FakeGithub.start([
      ...NAMES.map((name, at) => ({ id: at + 1, name: `acme/${name}`, private: true })),
      { id: 90, name: 'ana/own', private: true },
    ]);
    github.organizations.set('acme', { id: 7, permission: 'none', members: new Set(PEOPLE), teams: new Map([['builders', builders]]) });
    github.tokens.set(github.token, ['repo', 'read:org']);
    sextant = await enforceSextant([identity, site, codeHost, outboundWebhooks, permissions, manifest], 'GITHUB', {
      url: github.url,
      token: github.token,
      repositoryQuery: ['affiliated'],
      repositoryPathPattern: 'gh/{nameWithOwner}',
      authorization: {},
    });
    expect(await sextant.sync()).toBeNull();
    for (const login of ['ana', 'ben', 'cleo']) {
      github.tokens.set(`${login}s-token`, ['repo', 'read:org']);
      github.accounts.set(`${login}s-token`, login);
      const knownAs = {
        service: { type: 'github', id: new URL(github.url).href },
        accountId: String(github.idOf(login)),
        username: login,
        token: `${login}s-token`,
      };
      people.set(login, await sextant.person(login, knownAs));
    }
  }, 60_000);
  afterAll(() => github?.[Symbol.asyncDispose]());

  it('come once somebody has an account there: what is theirs, and what their teams give', { timeout: 60_000 }, async () => {
    await sextant.expectSees(userOf('ana'), [...all, 'gh/ana/own']);
    await sextant.expectSees(userOf('ben'), all);
    await sextant.expectSees(userOf('cleo'), []);
  });

  it('take the team once, and then what belongs to the person alone', { timeout: 60_000 }, async () => {
    github.asked.length = 0;
    expect(await sextant.syncUser(userOf('ben'))).toMatchObject([{ status: 'SUCCESS', message: '12 repositories found' }]);
    expect(github.asked).not.toContain('GET orgs/acme/teams/builders/repos');
    await sextant.syncUser(userOf('ben'), { invalidateCaches: true });
    expect(github.asked.filter((asked) => asked === 'GET orgs/acme/teams/builders/repos')).toHaveLength(6);
  });

  it('end for whoever leaves the team, with the next sync', { timeout: 60_000 }, async () => {
    builders.members.delete('ben');
    await sextant.syncUser(userOf('ben'));
    await sextant.expectSees(userOf('ben'), []);
    await sextant.expectSees(userOf('ana'), [...all, 'gh/ana/own']);
  });

  it('end for a team that a repository is taken from, when GitHub tells of it', { timeout: 60_000 }, async () => {
    const send = await sextant.webhook(new URL(github.url).href, SECRET);
    builders.repositories.delete('acme/r3');
    const payload = { action: 'removed_from_repository', team: { id: 71 }, repository: { node_id: 'R_3' } };
    expect(await send(github.delivery('team', payload, SECRET))).toBe(200);
    const left = [...all.filter((name) => name !== 'gh/acme/r3'), 'gh/ana/own'];
    await sextant.expectSees(userOf('ana'), left);
    // The next sync of the person asks the team again, and does not bring it back.
    await sextant.syncUser(userOf('ana'));
    await sextant.expectSees(userOf('ana'), left);
  });

  it('are counted: what a sync of all takes, against what GitHub allows', { timeout: 60_000 }, async () => {
    expect(await sextant.costs()).toMatchObject([
      {
        providerType: 'github',
        users: 3,
        repositories: 13,
        requestsPerUser: expect.any(Number),
        requestsPerRepository: expect.any(Number),
        requestsPerHour: 5_000,
        hours: expect.any(Number),
      },
    ]);
  });
});
