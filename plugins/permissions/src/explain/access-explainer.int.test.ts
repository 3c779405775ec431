import { FakePermissions } from '@sextant/plugin-code-host/testing';
import type { User } from '@sextant/plugin-identity/api';
import { Administration } from '@sextant/plugin-identity/testing';
import { SextantError } from '@sextant/sdk';
import { at, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { aSite, eventually, nodeId, type Site } from '../testing/a-site.js';

interface Explanation {
  readonly allowed: boolean;
  readonly summary: string;
  readonly reasons: readonly {
    readonly cause: string;
    readonly text: string;
    readonly host: string | null;
    readonly since: string | null;
  }[];
  readonly wouldChange: readonly string[];
}

const grants = new FakePermissions();
let site: Site;
let administration: Administration;
const QUERY =
  'query($user: ID!, $name: String!) { accessExplanation(user: $user, repository: $name) { allowed summary reasons { cause text host since } wouldChange } }';
const explain = async (user: User, name: string, token?: string): Promise<Explanation> => {
  const { data, errors } = await site.kernel.graphql(QUERY, { user: nodeId('User', user.id), name }, token ? { token } : {});
  if (errors[0]) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions['code'] });
  return at(data, 'accessExplanation') as Explanation;
};
const causes = async (user: User, name: string) => (await explain(user, name)).reasons.map(({ cause }) => cause);
const tokenOf = async (user: User): Promise<string> => (await administration.createToken(nodeId('User', user.id))).token;

let ada: User;
let grace: User;
let ben: User;
beforeAll(async () => {
  site = await aSite({ sources: [grants] });
  administration = new Administration(() => site.kernel);
  for (const name of ['secret', 'open', 'other']) site.forge.repositories.set(name, { name: `team/${name}`, private: name !== 'open' });
  site.forge.accounts.set('a1', 'ada');
  site.forge.accounts.set('g1', 'grace');
  site.forge.allow('a1', 'secret');
  await site.list();
  ada = await site.person('ada', { id: 'a1' });
  grace = await site.person('grace', { id: 'g1' });
  ben = await site.person('ben');
  await site.syncUser(ada);
  await site.syncUser(grace);
  await site.settled();
  await vi.waitFor(async () => expect(await site.sees(ada)).toEqual(['team/open', 'team/secret']), eventually);
});

describe('why somebody sees a repository', () => {
  it('because its host names their account, with when it said so', async () => {
    expect(await explain(ada, 'team/secret')).toMatchObject({
      allowed: true,
      summary: expect.stringMatching(/^ada sees team\/secret\. https:\/\/forge\.example\.com\/ lets the account ada read it/),
      reasons: [{ cause: 'GRANTED_BY_HOST', host: 'https://forge.example.com/', since: expect.stringMatching(/^\d{4}-/) }],
      wouldChange: ['Take access away at https://forge.example.com/.'],
    });
  });

  it('because another plugin grants it', async () => {
    grants.granted.set(ben.id, new Set([(await site.repository('team/other')).id]));
    grants.epoch++;
    await expect
      .poll(async () => await explain(ben, 'team/other'), eventually)
      .toMatchObject({
        allowed: true,
        summary: 'ben sees team/other. A source of permissions that another plugin has grants it.',
        reasons: [{ cause: 'GRANTED_ELSEWHERE' }, { cause: 'NO_ACCOUNT' }],
        wouldChange: ['Take access away where that plugin has it from.'],
      });
    grants.granted.clear();
    grants.epoch++;
    await expect.poll(async () => (await explain(ben, 'team/other')).allowed, eventually).toBe(false);
  });

  it('because it is public', async () =>
    expect(await explain(ben, 'team/open')).toMatchObject({ allowed: true, reasons: [{ cause: 'PUBLIC' }] }));

  it('because they are a site admin', async () => {
    const admin = await site.people.create({ username: 'admin-ana', siteAdmin: true });
    expect((await explain(admin, 'team/secret')).reasons[0]).toMatchObject({ cause: 'SITE_ADMIN' });
  });

  it('because they are a service account that was let past permissions, and no longer when it is not', async () => {
    const created = await site.ask('mutation { createServiceAccount(username: "bot", bypassRepositoryPermissions: true) { id } }');
    const bot = { id: textAt(created, 'createServiceAccount.id') };
    const ask = async () => {
      await site.later();
      const { data } = await site.kernel.graphql(QUERY, { user: bot.id, name: 'team/secret' });
      return at(data, 'accessExplanation') as Explanation;
    };
    expect(await ask()).toMatchObject({ allowed: true, reasons: [{ cause: 'SERVICE_ACCOUNT' }, { cause: 'NO_ACCOUNT' }] });
    await site.ask('mutation($u: ID!) { setServiceAccountBypass(user: $u, bypassRepositoryPermissions: false) { id } }', { u: bot.id });
    await expect.poll(async () => (await ask()).allowed, eventually).toBe(false);
  });
});

describe('why somebody does not', () => {
  it('because the host does not name the account', async () => {
    const answer = await explain(grace, 'team/secret');
    expect(answer).toMatchObject({ allowed: false, reasons: [{ cause: 'NOT_NAMED' }] });
    expect(answer.wouldChange).toEqual(['Give the account grace access at https://forge.example.com/; the next sync takes it in.']);
  });

  it('because they have no account there', async () => expect(await causes(ben, 'team/secret')).toEqual(['NO_ACCOUNT']));

  it('because the credential is refused', async () => {
    await site.db.query(
      `UPDATE sources SET refused_since = now() - interval '1 hour', failure = 'The forge refused the credential.' WHERE user_id = $1`,
      [grace.id],
    );
    expect(await causes(grace, 'team/secret')).toContain('CREDENTIAL_REFUSED');
    await site.db.query('UPDATE sources SET refused_since = NULL, failure = NULL WHERE user_id = $1', [grace.id]);
  });

  it('because the sync fails, and then what it said', async () => {
    site.forge.failure = { error: new SextantError('SEXTANT_CODE_HOST_DOWN', { what: 'The forge is down.' }), after: 0 };
    await site.syncUser(grace);
    site.forge.failure = undefined;
    const { reasons } = await explain(grace, 'team/secret');
    expect(reasons.find(({ cause }) => cause === 'SYNC_FAILED')?.text).toContain('The forge is down.');
    expect(reasons.map(({ cause }) => cause)).toContain('HOST_UNAVAILABLE');
    await site.syncUser(grace);
  });

  it('because nothing was ever asked, with the place in the queue', async () => {
    await site.db.query(`INSERT INTO sync_jobs (user_id, reason, priority) VALUES ($1, 'USER_OUTDATED', 10)`, [ben.id]);
    const { reasons } = await explain(ben, 'team/secret');
    expect(reasons.find(({ cause }) => cause === 'SYNC_QUEUED')?.text).toMatch(/0 come before it/);
    await site.db.query('DELETE FROM sync_jobs WHERE user_id = $1', [ben.id]);
  });
});

describe('a person who asks about themselves', () => {
  it('is told why they see what they see', async () => {
    expect(await explain(ada, 'team/secret', await tokenOf(ada))).toMatchObject({ allowed: true, reasons: [{ cause: 'GRANTED_BY_HOST' }] });
  });

  it('row 18: learns nothing of what they do not see: it is as what never was', async () => {
    const token = await tokenOf(grace);
    const there = JSON.stringify(await explain(grace, 'team/secret', token)).replaceAll('team/secret', 'X');
    const nowhere = JSON.stringify(await explain(grace, 'team/nowhere', token)).replaceAll('team/nowhere', 'X');
    expect(there).toBe(nowhere);
    expect(there).toContain('NOT_VISIBLE');
  });

  it('is told what is wrong with their own accounts', async () => {
    expect((await explain(ben, 'team/secret', await tokenOf(ben))).reasons.map(({ cause }) => cause)).toEqual([
      'NOT_VISIBLE',
      'NO_ACCOUNT',
    ]);
  });

  it('is told nothing of anybody else', async () => {
    await expect(explain(ada, 'team/secret', await tokenOf(grace))).rejects.toMatchObject({ code: 'SEXTANT_PERMISSIONS_USER_NOT_FOUND' });
  });
});

describe('permissionsInfo', () => {
  it('tells of a repository who is named, from when, and of a user what they see', async () => {
    const info = await site.ask(
      '{ repository(name: "team/secret") { permissionsInfo { syncedAt updatedAt source unrestricted permissions users(first: 5) { nodes { user { username } } totalCount } } } }',
    );
    expect(info).toMatchObject({
      repository: {
        permissionsInfo: {
          syncedAt: expect.any(String),
          updatedAt: expect.any(String),
          source: 'REPO_SYNC',
          unrestricted: false,
          permissions: ['READ'],
          users: { nodes: [{ user: { username: 'ada' } }], totalCount: 1 },
        },
      },
    });
    expect(
      await site.ask(
        '{ user(username: "ada") { permissionsInfo { source unrestricted repositories(first: 5) { nodes { name } totalCount } } } }',
      ),
    ).toMatchObject({
      user: {
        permissionsInfo: { source: 'USER_SYNC', unrestricted: false, repositories: { nodes: [{ name: 'team/secret' }], totalCount: 1 } },
      },
    });
    const token = await tokenOf(grace);
    const other = await site.kernel.graphql('{ user(username: "ada") { permissionsInfo { source } } }', {}, { token });
    expect(other.data).toEqual({ user: { permissionsInfo: null } });
  });

  it('and the syncs of all are for site admins alone', async () => {
    const { errors } = await site.kernel.graphql('{ permissionsSyncJobs(first: 5) { nodes { id } } }', {}, { token: await tokenOf(grace) });
    expect(errors).toHaveLength(1);
  });
});
