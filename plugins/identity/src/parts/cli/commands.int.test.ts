import { type CommandDefinition, core, decodeNodeId, z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditTrail } from '../../api.js';
import type { config } from '../../config.js';
import manifest from '../../manifest.js';
import { Administration, codeOf } from '../../testing/administration.js';
import type { deps } from '../../wiring.js';
import { auditCommands } from './audit-commands.js';
import { tokenCommands } from './token-commands.js';
import { userCommands } from './user-commands.js';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
  readonly json: unknown;
}

async function run(name: string, args: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const command = [...auditCommands, ...tokenCommands, ...userCommands].find((c) => c.name === name) as CommandDefinition<
    typeof deps,
    typeof config
  >;
  const lines: string[] = [];
  let json: unknown;
  const out = { line: (text: string) => void lines.push(text), json: (value: unknown) => void (json = value), note: () => undefined };
  const services = {
    db: kernel.service(core.storage, 'identity'),
    events: kernel.service(core.events, 'identity'),
    clock: kernel.service(core.clock, 'identity'),
    secrets: kernel.service(core.secrets, 'identity'),
    limits: kernel.service(core.limits, 'identity'),
    renewals: [],
    passwordLinks: [],
    permissions: [],
    mail: [],
    policies: [],
    jobs: kernel.service(core.jobs, 'identity'),
    process: kernel.service(core.process, 'identity'),
    actor: kernel.service(core.actor, 'identity'),
    acts: kernel.service(core.acts, 'identity'),
  };
  const view = { get: () => manifest.config?.parse({ localAdmin: 'Local Admin' }) };
  const plugin = { config: view, log: kernel.service(core.log, 'identity') };
  const code = await command.run(command.arguments.parse(args), services, {
    out,
    signal: new AbortController().signal,
    plugin: plugin as never,
  });
  return { code, lines, json };
}

const whoami = async (token: string): Promise<unknown> => {
  const { data } = await kernel.graphql('{currentUser{username}}', {}, { token });
  return data === null ? undefined : at(data, 'currentUser.username');
};

describe('the commands', () => {
  it('create, list and revoke tokens', async () => {
    await run('user create', { username: 'operator', email: 'operator@example.com' });
    const { json } = await run('token create', { user: 'operator', expires: '2d', note: 'ci' });
    const created = z.object({ id: z.int(), token: z.string() }).parse(json);
    expect(await whoami(created.token)).toBe('operator');
    expect((await run('token list', { user: 'operator' })).json).toMatchObject([
      { id: created.id, note: 'ci', user: 'operator', scopes: ['user:all'] },
    ]);
    expect((await run('token revoke', { id: String(created.id) })).code).toBe(0);
    expect(await whoami(created.token)).toBeUndefined();
    expect(await codeOf(run('token revoke', { id: String(created.id) }))).toBe('SEXTANT_ACCESS_TOKEN_NOT_FOUND');
  });

  it('create the first credential, of the local site admin, and print it alone (row 49)', async () => {
    const { lines } = await run('token create', {});
    expect(lines).toHaveLength(1);
    expect(await whoami(lines[0] ?? '')).toBe('Local-Admin');
    expect(kernel.log.text).not.toContain(lines[0]?.slice(-40));
  });

  it('refuse a time that is none, a scope that is none, and characters that a terminal obeys', async () => {
    for (const args of [{ expires: 'soon' }, { scopes: 'admin' }, { note: '\u001b[2J' }]) {
      expect(await codeOf(run('token create', args))).toBe('SEXTANT_ACCESS_TOKEN_INVALID');
    }
  });

  it('list the audit log with the names of people, of deleted ones too, and the numbers alone of those who are forgotten', async () => {
    const admin = new Administration(() => kernel);
    const [ada, eve, gus] = [await admin.aPerson(), await admin.aPerson(), await admin.aPerson()];
    for (const [user, hard] of [
      [eve, false],
      [gus, true],
    ] as const)
      await kernel.graphql('mutation($u:ID!,$h:Boolean){deleteUser(user:$u,hard:$h){alwaysNil}}', { u: user.id, h: hard });
    const { lines } = await run('audit list', { entity: 'user', limit: 5 });
    const numberOf = ({ id }: { readonly id: string }) => decodeNodeId('User', id);
    const text = lines.join('\n');
    expect(text).toContain(`user created\tsubjectUID=${numberOf(ada)} (${ada.username})`);
    expect(text).toContain(`user deleted\tsubjectUID=${numberOf(eve)} (${eve.username}, deleted)`);
    expect(text).toMatch(new RegExp(`user hardDeleted\tsubjectUID=${numberOf(gus)}$`, 'm'));
    expect(text).toMatch(/\t\d+ \(Local-Admin\)\t/);
  });

  it('list and export of the audit log what somebody wrote into it in one line, which no terminal obeys (row 5)', async () => {
    const written = 'x\n9\tforged \u009b2J\u202e\u007f';
    await kernel.service(auditTrail, 'identity').record('test.forged', 'done', { uid: 'x', userAgent: written }, { name: written });
    const listed = await run('audit list', { entity: 'test.forged' });
    expect(listed.lines).toEqual([expect.stringMatching(/^\d+\t[^\t]+\tx\t-\ttest\.forged done\tname=x 9 forged [^\n\t]*$/)]);
    const { lines } = await run('audit export', { entity: 'test.forged' });
    expect(lines).toEqual([expect.stringMatching(/^[ -~]+$/)]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ actor: { userAgent: written }, fields: { name: written } });
  });

  it('promote and demote users', async () => {
    await run('user create', { username: 'climber', displayName: 'A. Climber' });
    expect((await run('user promote', { username: 'climber' })).json).toMatchObject({ siteAdmin: true, displayName: 'A. Climber' });
    expect((await run('user demote', { username: 'climber' })).json).toMatchObject({ siteAdmin: false });
    expect((await run('user list', { query: 'climber' })).json).toMatchObject([{ username: 'climber', siteAdmin: false }]);
    expect(await codeOf(run('user demote', { username: 'Local-Admin' }))).toBe('SEXTANT_USER_PROTECTED');
    expect(await codeOf(run('token create', { user: 'nobody' }))).toBe('SEXTANT_USER_NOT_FOUND');
  });
});
