import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { core } from '@sextant/sdk';
import { at, startTestKernel, TestClock, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditTrail } from '../api.js';
import { wireIdentity } from '../identity.js';
import manifest from '../manifest.js';
import { cutAuditLog } from '../parts/worker/cut-audit-log-job.js';
import { Administration, codeOf } from '../testing/administration.js';
import { verifyChain } from './verify-chain.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

const ENTRY =
  'position entity action actorUID actor{username} ip userAgent forwardedFor accessTokenID clientName clientVersion fields{name value}';

interface Entry {
  readonly entity: string;
  readonly action: string;
  readonly actorUID: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

async function entries(filter: Readonly<Record<string, unknown>>, of: TestKernel = kernel): Promise<readonly Entry[]> {
  const { data, errors } = await of.graphql(
    `query($entity:String,$action:String,$actor:String,$since:DateTime,$until:DateTime){
      auditLog(first:1000,entity:$entity,action:$action,actor:$actor,since:$since,until:$until){nodes{${ENTRY}}}}`,
    filter,
  );
  expect(errors).toEqual([]);
  return at(data, 'auditLog.nodes') as readonly Entry[];
}

const fieldsOf = (entry: Entry | undefined): unknown => Object.fromEntries((entry?.fields ?? []).map(({ name, value }) => [name, value]));

describe('an entry of the audit log', () => {
  it('holds who did it, from where, by which token and with which client', async () => {
    const me = at((await kernel.graphql('{currentUser{id}}')).data, 'currentUser.id') as string;
    const { token } = await admin.createToken(me);
    await kernel.fetch('/.api/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `token ${token}`,
        'user-agent': 'a client/1',
        'x-forwarded-for': '203.0.113.9',
        'x-sourcegraph-api-client-name': 'a-script',
        'x-sourcegraph-api-client-version': '1.2',
      },
      body: '{"query":"mutation{createUser(username:\\"told\\",email:\\"told@example.com\\"){user{id}}}"}',
    });
    const [entry] = await entries({ entity: 'user', action: 'created' });
    expect(entry).toMatchObject({
      actor: { username: 'Local-Admin' },
      ip: expect.stringMatching(/127\.0\.0\.1$/),
      userAgent: 'a client/1',
      forwardedFor: '203.0.113.9',
      accessTokenID: 1,
      clientName: 'a-script',
      clientVersion: '1.2',
    });
    const [email] = await entries({ entity: 'user.email', action: 'added' });
    expect(fieldsOf(email)).toMatchObject({ verified: 'true' });
    const line = kernel.log.lines.find(({ message }) => message === 'user.email added');
    expect(line).toMatchObject({ audit: { entity: 'user.email', actor: { 'X-Forwarded-For': '203.0.113.9', fromAccessTokenID: 1 } } });
  });

  it('is found by entity, action, actor and time', async () => {
    const person = await admin.aPerson();
    const begun = new Date();
    await kernel.graphql('mutation($u:ID!){updateUser(user:$u,displayName:"X"){id}}', { u: person.id }, { token: person.token });
    const [entry, ...others] = await entries({ actor: person.username, since: begun.toISOString() });
    expect(entry).toMatchObject({ entity: 'user', action: 'modified' });
    expect(others).toEqual([]);
    expect(await entries({ actor: person.username, until: begun.toISOString() })).toEqual([]);
    expect(await codeOf(kernel.graphql('{auditLog(actor:"no such person"){totalCount}}'))).toBe('SEXTANT_AUDIT_ARGUMENT');
  });

  it('is listed page by page, each once', async () => {
    const seen: number[] = [];
    let after: unknown = null;
    do {
      const { data } = await kernel.graphql(
        'query($a:String){auditLog(first:3,after:$a,entity:"user"){nodes{position} totalCount pageInfo{hasNextPage endCursor}}}',
        { a: after },
      );
      seen.push(...(at(data, 'auditLog.nodes.*.position') as number[]));
      after = at(data, 'auditLog.pageInfo.endCursor');
    } while (after);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    expect(seen.length).toBe((await entries({ entity: 'user' })).length);
  });

  it('is for site admins (row 25)', async () => {
    const { token } = await admin.aPerson();
    expect(await codeOf(kernel.graphql('{auditLog{totalCount}}', {}, { token }))).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
  });

  it('is written of what the kernel does at somebody’s word', async () => {
    await kernel.graphql('mutation{disablePlugin(id:"identity"){state}}');
    await kernel.graphql('{outboundRequests{totalCount}}');
    const [plugin] = await entries({ entity: 'plugin', action: 'disabled' });
    expect(plugin).toMatchObject({ actor: { username: 'Local-Admin' }, ip: expect.stringMatching(/127\.0\.0\.1$/) });
    expect(fieldsOf(plugin)).toEqual({ plugin: 'identity', cascade: 'false' });
    expect(await entries({ entity: 'requests.outbound', action: 'viewed' })).toHaveLength(1);
    const exported = await kernel.kernel
      .database()
      .export(`${kernel.dataDir}/backup`, { signal: new AbortController().signal, progress: () => undefined });
    const [entry] = await entries({ entity: 'database', action: 'exported' });
    expect(entry).toMatchObject({ actorUID: 'operator' });
    expect(fieldsOf(entry)).toEqual({ sha256: exported.sha256 });
  });

  it('is written of what somebody changes in the configuration file (3.15)', async () => {
    writeFileSync(join(kernel.dataDir, 'sextant.config.yaml'), 'plugins: { identity: { allowUsernameChanges: false } }\n');
    await kernel.kernel.reload();
    const [entry, ...others] = await entries({ entity: 'configuration', action: 'changed' });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ actorUID: 'config file', actor: null });
    expect(fieldsOf(entry)).toMatchObject({ key: 'plugins.identity.allowUsernameChanges', to: 'false' });
  });

  it('is there if and only if its transaction commits', async () => {
    const trail = kernel.service(auditTrail);
    const db = kernel.service(core.storage, 'identity');
    const write = (fail: boolean): Promise<void> =>
      db.transaction(async (tx) => {
        await trail.record('test', fail ? 'undone' : 'done', { uid: 'operator' }, {}, { tx });
        if (fail) throw new Error('undone');
      });
    await expect(write(true)).rejects.toThrow();
    await write(false);
    expect((await entries({ entity: 'test' })).map(({ action }) => action)).toEqual(['done']);
    expect(kernel.log.lines.some(({ message }) => message === 'test undone')).toBe(false);
  });

  it('is never without what can be searched: NUL and half characters are replaced', async () => {
    await kernel.service(auditTrail).record('test', 'strange', { uid: 'operator' }, { text: 'a\0b\ud800c' });
    expect(fieldsOf((await entries({ action: 'strange' }))[0])).toEqual({ text: 'a\ufffdb\ufffdc' });
  });

  it('holds no credential, in the table and in the log (row 22)', async () => {
    const person = await admin.aPerson();
    const secret = person.token.slice(-40);
    for (const authorization of [`token ${person.token}`, `token ${'c'.repeat(40)}`, `token-sudo user="x",token="${person.token}"`])
      await kernel.fetch('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, 'user-agent': `curl ${person.token}`, 'x-forwarded-for': secret },
        body: JSON.stringify({ query: `mutation{deleteAccessToken(byToken:"${person.token}"){alwaysNil}}` }),
      });
    await entries({});
    const db = kernel.service(core.storage, 'identity');
    const rows = await db.query<{ entry: string }>('select entry from audit_log union all select entry from audit_inbox');
    const table = rows.map(({ entry }) => entry).join('\n');
    expect(table).toContain('"action":"deleted","actor"');
    expect(table).toContain('"entity":"auth.accessToken"');
    for (const text of [table, kernel.log.text]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain('c'.repeat(40));
    }
  });
});

/** What the probe of the running kernel says. */
async function auditHealth(): Promise<string | undefined> {
  const parts = {
    db: kernel.service(core.storage, 'identity'),
    events: kernel.service(core.events, 'identity'),
    clock: kernel.service(core.clock, 'identity'),
    secrets: kernel.service(core.secrets, 'identity'),
    actor: kernel.service(core.actor, 'identity'),
    renewals: [],
    permissions: [],
    mail: [],
    jobs: kernel.service(core.jobs, 'identity'),
    process: kernel.service(core.process, 'identity'),
    acts: kernel.service(core.acts, 'identity'),
  };
  return wireIdentity(parts, {
    config: { get: () => manifest.config?.parse({}) } as never,
    log: kernel.service(core.log, 'identity'),
  }).auditReader.problem();
}

describe('row 14: an audit log that cannot be written', () => {
  it('refuses the change, says so, and takes changes again when it can', async () => {
    const db = kernel.service(core.storage, 'identity');
    // As the database answers when its disk is full.
    await db.query(`create function full_disk() returns trigger language plpgsql as
      $fn$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $fn$`);
    await db.query('create trigger full_disk before insert on audit_inbox for each row execute function full_disk()');
    const create = (): Promise<unknown> => codeOf(kernel.graphql('mutation{createUser(username:"unwritten"){user{id}}}'));
    expect(await create()).toBe('SEXTANT_AUDIT_UNWRITTEN');
    expect((await kernel.graphql('{user(username:"unwritten"){id}}')).data).toEqual({ user: null });
    expect(await auditHealth()).toMatch(/cannot be written.*No space left on device/);
    await db.query('drop trigger full_disk on audit_inbox');
    expect(await auditHealth()).toBeUndefined();
    expect(await create()).toBeUndefined();
  });
});

describe('several processes that write at once', () => {
  it('make one chain, whole and in which each entry stands once; what a killed one left behind too (row 13)', async () => {
    const first = await startTestKernel({ plugins: [manifest] });
    const others = await Promise.all([1, 2].map(() => startTestKernel({ plugins: [manifest], databaseUrl: first.databaseUrl })));
    const all = [first, ...others];
    await Promise.all(
      all.flatMap((one, k) =>
        Array.from({ length: 60 }, (_, i) => one.service(auditTrail).record('many', 'done', { uid: 'operator' }, { n: k * 60 + i })),
      ),
    );
    // A process that was killed after its commit: the entry is durable, and nobody was woken.
    await first
      .service(core.storage, 'identity')
      .query(
        `insert into audit_inbox (entry) values ('{"action":"left","actor":{"actorUID":"operator"},"auditID":"x","entity":"many","fields":{},"timestamp":"2026-01-01T00:00:00.000Z"}')`,
      );
    for (const one of others) await one.stop();
    const found = await entries({ entity: 'many' }, first);
    expect(new Set(found.map((entry) => JSON.stringify(fieldsOf(entry)))).size).toBe(181);
    expect(found).toHaveLength(181);
  });
});

describe('where entries go', () => {
  it('is for security events the site’s to say', async () => {
    for (const [securityEvents, line, table] of [
      ['none', false, false],
      ['auditlog', true, false],
      ['database', false, true],
    ] as const) {
      const site = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { audit: { securityEvents } } } } });
      await site.fetch('/.api/graphql', { method: 'POST', headers: { authorization: 'token wrong' }, body: '{}' });
      expect(await entries({ entity: 'auth.accessToken' }, site)).toHaveLength(table ? 1 : 0);
      expect(site.log.lines.some(({ message }) => message === 'auth.accessToken invalid')).toBe(line);
      await site.stop();
    }
  });

  it('is the log whatever its level is', async () => {
    const site = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { audit: { graphQL: true } } } } });
    site.kernel.logs.setLevel('error');
    await site.graphql('query Asked{currentUser{id}}');
    expect(site.log.lines.find(({ message }) => message === 'graphql query')).toMatchObject({
      audit: { operation: 'Asked', fields: 'currentUser' },
    });
    expect(fieldsOf((await entries({ entity: 'graphql' }, site))[1])).toEqual({ operation: 'Asked', fields: 'currentUser' });
    await site.stop();
  });
});

describe('entries that are older than the site keeps them', () => {
  it('are cut by a job, and the log says so and verifies', async () => {
    const clock = new TestClock();
    const site = await startTestKernel({
      plugins: [manifest],
      clock,
      config: { plugins: { identity: { audit: { keepFor: '30d' } } } },
    });
    const here = new Administration(() => site);
    await here.createUser('long-ago');
    await entries({}, site);
    clock.jump(31 * 86_400_000);
    await here.createUser('today');
    await entries({}, site);
    await site.jobs.enqueue(cutAuditLog, {});
    await site.jobs.drain();
    expect((await entries({ entity: 'user', action: 'created' }, site)).map((entry) => fieldsOf(entry))).toEqual([{ subjectUID: '3' }]);
    const [cut] = await entries({ entity: 'audit.log', action: 'cut' }, site);
    expect(fieldsOf(cut)).toMatchObject({ entries: '2', head: expect.stringMatching(/^2:[0-9a-f]{64}$/) });
    const db = site.service(core.storage, 'identity');
    expect(await verifyChain(db, site.service(core.secrets, 'identity'))).toMatchObject({ from: 3, problem: undefined });
    await site.stop();
  });
});
