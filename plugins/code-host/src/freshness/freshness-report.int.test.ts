import { type Actor, type Contribution, core, RepoName, SextantError, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FreshnessSource, FreshnessStep } from '../api.js';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { aUser, contributed, found, silentLog } from '../testing/fakes.js';
import { connectionSteps } from './connection-steps.js';
import { FreshnessReports } from './freshness-report.js';
import { NearestNames } from './nearest-names.js';
import { WhyAbsent } from './why-absent.js';

const admin = aUser(1, { siteAdmin: true });
const ada = aUser(2);
let db: Storage;
let world: World;
let connection: number;
/** What other plugins know. */
let others: Contribution<FreshnessSource>[];

beforeAll(async () => {
  db = (await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] })).service(core.storage, 'code-host');
});
beforeEach(async () => {
  world = aWorld(db);
  await world.clear();
  connection = await world.connect('secret-project-host');
  others = [];
  world.host.lists.set('secret-project-host', [found('1', 'host/team/app'), found('2', 'host/team/hidden')]);
  await world.sync(connection);
  world.permissions.granted.set(2, new Set([await world.idOf('1')]));
});

const reports = (): FreshnessReports =>
  new FreshnessReports({
    repositories: world.repositories,
    sources: [...others, contributed('code-host', connectionSteps({ ...world, jobs: { list: async () => [] } }))],
    absent: new WhyAbsent({ ...world, deletedTtl: () => 3_600_000 }),
    nearest: new NearestNames(db, world.wall),
  });
const ask = (name: string, actor: Actor = admin, signal = new AbortController().signal) =>
  reports().byName(name, { actor, signal, log: silentLog });
const source = (plugin: string, position: number, ...steps: FreshnessStep[]): Contribution<FreshnessSource> =>
  contributed(plugin, { position, steps: async () => steps });

describe('why a repository is stale', () => {
  it('is told step by step in the order of the chain, whoever contributed first, and a plugin that is off is not in it', async () => {
    const seen = new Date('2026-01-02T03:04:05Z');
    expect((await ask('host/team/app')).steps.map(({ name }) => name)).toEqual(['connection', 'sync']);
    others = [
      source('third-party', 900, { name: 'mirror-abroad', state: 'ok' }),
      source('search', 400, { name: 'index', state: 'ok', commit: 'c'.repeat(40) }),
      source('git', 300, { name: 'queue', state: 'ok' }, { name: 'fetch', state: 'ok', lastSuccess: seen, commit: 'c'.repeat(40) }),
    ];
    const report = await ask('host/team/app');
    expect(report.steps.map(({ name }) => name)).toEqual(['connection', 'sync', 'queue', 'fetch', 'index', 'mirror-abroad']);
    expect(report).toMatchObject({
      verdict: 'fresh',
      summary: 'Nothing is stale: index has cccccccccccc, the head, seen at 2026-01-02T03:04:05.000Z.',
    });
  });

  it('is the first step that fails, with its code, the cause of the table, the next try, and for admins all that is known', async () => {
    world.host.failAfter = {
      count: 0,
      error: new SextantError('SEXTANT_CODE_HOST_REFUSED', { what: 'https://fake.example.com refused the token.', fix: 'Make another.' }),
    };
    await world.sync(connection);
    others = [source('git', 300, { name: 'fetch', state: 'failing', code: 'SEXTANT_CODE_HOST_DOWN' })];
    const report = await ask('host/team/app');
    expect(report).toMatchObject({
      verdict: 'stale',
      summary: 'connection: A code host refused the credential of a connection, or asks for one; nothing is deleted for it.',
      fix: 'Make a new credential at the host that may read repositories, and put it into the connection.',
    });
    expect(report.steps).toMatchObject([
      {
        name: 'connection',
        state: 'failing',
        code: 'SEXTANT_CODE_HOST_REFUSED',
        detail: 'Connection "secret-project-host" (OTHER): https://fake.example.com refused the token. Make another.',
        lastSuccess: expect.any(Date),
        nextTry: expect.any(Date),
      },
      { name: 'sync', state: 'waiting', cause: 'It waits for the connection.' },
      { name: 'fetch', state: 'failing' },
    ]);
  });

  it('tells whoever may see the repository neither connections nor hosts nor what to do with them', async () => {
    world.host.failAfter = { count: 0, error: new Error('no answer of https://fake.example.com') };
    await world.sync(connection);
    const report = await ask('host/team/app', ada);
    expect(report).toMatchObject({ verdict: 'stale', fix: undefined });
    expect(report.steps).toMatchObject([{ state: 'ok' }, { state: 'failing', code: 'SEXTANT_CODE_HOST_SYNC_FAILED' }]);
    expect(JSON.stringify(report)).not.toMatch(/secret-project-host|fake\.example\.com\b(?!"|\/1)|no answer/);
    expect(JSON.stringify(report.steps)).not.toContain('example.com');
  });

  it('is under way while a step is still to come', async () => {
    others = [source('git', 300, { name: 'queue', state: 'waiting', cause: 'It waits for its turn.' })];
    expect(await ask('host/team/app')).toMatchObject({ verdict: 'updating', summary: 'queue: It waits for its turn.' });
  });

  it('is unknown where a plugin throws or hangs, and the others are told', async () => {
    others = [contributed('git', { position: 300, steps: () => Promise.reject(new Error('detail')) })];
    const report = await ask('host/team/app', ada);
    expect(report.steps.at(-1)).toMatchObject({ name: 'git', state: 'unknown', code: 'SEXTANT_CODE_HOST_FRESHNESS_UNKNOWN' });
    expect(JSON.stringify(report)).not.toContain('"detail"');
    expect(report.verdict).toBe('stale');
  });

  it('takes the better of two connections', async () => {
    const second = await world.connect('second');
    world.host.lists.set('second', [found('1', 'host/team/app')]);
    await world.sync(second);
    world.host.failAfter = { count: 0, error: new Error('down') };
    await world.sync(connection);
    expect((await ask('host/team/app')).verdict).toBe('fresh');
  });

  it('names a kind whose plugin does not run, and a configuration that its kind does not take any more', async () => {
    await db.query(`UPDATE connections SET kind = 'GERRIT'`);
    expect((await ask('host/team/app')).steps[0]).toMatchObject({ state: 'failing', code: 'SEXTANT_CODE_HOST_KIND_UNKNOWN' });
  });

  it('is that no connection gives it, when none does', async () => {
    await db.query('DELETE FROM repository_connections');
    expect((await ask('host/team/app')).steps).toMatchObject([{ name: 'connection', code: 'SEXTANT_CODE_HOST_UNCONNECTED' }]);
  });
});

describe('a name that leads to no repository', () => {
  it('is answered with the nearest names that one may see', async () => {
    expect(await ask('host/team/ap', ada)).toMatchObject({ verdict: 'unknown', steps: [], nearest: ['host/team/app'] });
    expect((await ask('host/team/hiden')).nearest[0]).toBe('host/team/hidden');
    expect((await ask('host/team/hiden', ada)).nearest).not.toContain('host/team/hidden');
    expect((await ask('qqq')).nearest).toEqual([]);
    expect((await ask('%_%')).nearest).toEqual([]);
  });

  it('is for others what one is that is hidden, also when it was deleted', async () => {
    const same = async (name: string) => {
      const { nearest: _nearest, ...report } = await ask(name, ada);
      return JSON.stringify(report).replaceAll(name, 'X');
    };
    expect(await same('host/team/hidden')).toBe(await same('host/team/never'));
    world.host.lists.set('secret-project-host', [found('1', 'host/team/app')]);
    await world.sync(connection);
    expect(await same('host/team/hidden')).toBe(await same('host/team/never'));
    expect(await ask('host/team/hidden')).toMatchObject({ verdict: 'deleted', summary: expect.stringContaining('it is purged after') });
  });

  it('is malformed, when no repository could have it', async () => {
    await expect(ask('../x')).rejects.toMatchObject({ code: 'SEXTANT_VALUE_REPOSITORY_NAME' });
  });
});

it('a repository that a connection leaves out is said to be, with the rule, by its name here or at the host', async () => {
  const rules = [{ forks: true }, { name: 'team/app' }];
  const absent = new WhyAbsent({
    repositories: { list: async () => [] },
    connections: {
      list: async () => [{ id: 1, displayName: 'Ours', kind: 'GITEA' }],
      usable: async () => ({ common: { exclude: rules } }),
    } as never,
    deletedTtl: () => 0,
  });
  expect(await absent.reason(admin, RepoName.parse('host/team/app'))).toMatchObject({
    verdict: 'excluded',
    summary: 'Connection "Ours" (GITEA) leaves host/team/app out, by rule 2 of its "exclude".',
  });
  expect(await absent.reason(admin, RepoName.parse('host/team/other'))).toBeUndefined();
});
