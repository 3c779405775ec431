import { core, RepoName, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FoundRepository, ListOptions } from '../api.js';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { aUser, found } from '../testing/fakes.js';
import { purgeDeleted } from './purge.js';

let db: Storage;
let world: World;
let connection: number;
beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] });
  db = kernel.service(core.storage, 'code-host');
});
beforeEach(async () => {
  world = aWorld(db);
  await world.clear();
  connection = await world.connect('one');
});

const admin = aUser(1, { siteAdmin: true });
const give = (...list: FoundRepository[]): void => void world.host.lists.set('one', list);
const synced = async (...list: FoundRepository[]) => {
  give(...list);
  return world.sync(connection);
};
const deletedAt = async (externalId: string): Promise<Date | undefined> =>
  (await world.mirrorSources.byId(await world.idOf(externalId)))?.deletedAt;

it('a sync that is under way is not due for a quarter of an hour by the clock of the database, whatever that of this process says (hostile row 46)', async () => {
  const minutes = vi.fn<(left: number) => void>();
  const list = world.host.list.bind(world.host);
  world.host.list = async function* (...asked) {
    const [row] = await db.query<{ left: number }>(
      'SELECT extract(epoch FROM next_sync_at - now())::float8 / 60 AS left FROM connections WHERE id = $1',
      [connection],
    );
    minutes(Math.ceil(row!.left));
    yield* list(...asked);
  };
  for (const wrong of ['2003-01-01', '2033-01-01']) {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.parse(wrong));
    try {
      await synced(found('1', 'a'));
    } finally {
      clock.mockRestore();
    }
  }
  expect(minutes.mock.calls).toEqual([[15], [15]]);
});

it('a sync that goes on for hours is not due meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const list = world.host.list.bind(world.host);
    world.host.list = async function* (...asked) {
      await db.query(`UPDATE connections SET next_sync_at = now() - interval '1 minute' WHERE id = $1`, [connection]);
      await vi.advanceTimersByTimeAsync(5 * 60_000);
      await vi.waitFor(async () => expect(await world.connections.due(10)).toEqual([]), { timeout: 15_000 });
      yield* list(...asked);
    };
    expect(await synced(found('1', 'a'))).toMatchObject({ state: 'COMPLETED' });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it('shows that it gets ahead with every repository, also those that are left out', async () => {
  connection = await world.connect('many', '{"exclude":["x1","x2"]}');
  world.host.lists.set('many', [found('1', 'x1'), found('2', 'x2'), found('3', 'a')]);
  const shown = vi.fn<(text: string) => void>();
  await world.sync(connection, { progress: shown });
  expect(shown.mock.calls.length).toBeGreaterThanOrEqual(3);
});

it('says when its list will be complete as long as it runs, where the host lets that be known', async () => {
  const end = new Date('2033-01-01T00:00:00Z');
  const list = world.host.list.bind(world.host);
  const expectedAt = async (): Promise<Date | undefined> => (await world.history.list(connection, { limit: 1 }))[0]?.expectedAt;
  let meanwhile: Date | undefined;
  world.host.list = async function* (of, options: ListOptions) {
    options.expected?.(async () => end);
    yield* list(of, options);
    meanwhile = await expectedAt();
  };
  await synced(found('1', 'a'));
  expect(meanwhile).toEqual(end);
  expect(await expectedAt()).toBeUndefined();
});

describe('a complete list', () => {
  it('adds what is new, updates what changed, deletes what is gone, and counts it', async () => {
    await synced(found('1', 'a'), found('2', 'b'), found('3', 'c'));
    const outcome = await synced(found('1', 'a'), found('2', 'b', { description: 'new' }), found('4', 'd'));
    expect(outcome).toMatchObject({ state: 'COMPLETED', counts: { added: 1, updated: 1, deleted: 1, unchanged: 1, skipped: 0 } });
    expect(await world.living()).toEqual({ 1: 'a', 2: 'b', 4: 'd' });
    expect((await world.history.list(connection, { limit: 1 }))[0]).toMatchObject({
      state: 'COMPLETED',
      added: 1,
      updated: 1,
      deleted: 1,
      unchanged: 1,
      finishedAt: expect.any(Date),
    });
  });

  it('keeps every field the host gives', async () => {
    await synced(
      found('1', 'a', {
        description: 'd',
        fork: true,
        archived: true,
        private: true,
        stars: 7,
        topics: ['x', 'y'],
        webUrl: 'https://fake.example.com/a',
      }),
    );
    expect(await world.repositories.byName(admin, RepoName.parse('a'))).toMatchObject({
      description: 'd',
      fork: true,
      archived: true,
      private: true,
      stars: 7,
      topics: ['x', 'y'],
      webUrl: 'https://fake.example.com/a',
      external: { id: '1', serviceType: 'other', serviceId: 'https://fake.example.com' },
    });
  });

  it('tells the others what happened, once it is durable', async () => {
    await synced(found('1', 'a'), found('2', 'b'));
    const [a, b] = [await world.idOf('1'), await world.idOf('2')];
    world.events.published.length = 0;
    await synced(found('1', 'renamed'), found('3', 'c'));
    const c = await world.idOf('3');
    expect(world.events.published.map(({ payload }) => payload)).toEqual(
      expect.arrayContaining([
        { ids: [a], reason: 'renamed' },
        { ids: [b], reason: 'deleted' },
        { ids: [c], reason: 'added' },
      ]),
    );
  });

  it('keeps a rename’s id, and leads from the former name', async () => {
    await synced(found('1', 'old'));
    const id = await world.idOf('1');
    await synced(found('1', 'new'));
    expect(await world.repositories.byName(admin, RepoName.parse('OLD'))).toMatchObject({ id, name: 'new' });
  });

  it('does not lead from a former name that another repository bears now (row 16)', async () => {
    await synced(found('1', 'shared'));
    await synced(found('1', 'moved'), found('2', 'shared'));
    expect(await world.repositories.byName(admin, RepoName.parse('shared'))).toMatchObject({ id: await world.idOf('2') });
  });

  it('lets repositories swap names', async () => {
    await synced(found('1', 'a'), found('2', 'b'));
    expect(await synced(found('1', 'b'), found('2', 'a'))).toMatchObject({ counts: { updated: 2, skipped: 0 } });
    expect(await world.living()).toEqual({ 1: 'b', 2: 'a' });
  });

  it('gives a name to one repository, and says why another is not there', async () => {
    const outcome = await synced(found('1', 'a'), found('2', 'A'), found('3', '../x'), found('4', 'b'));
    expect(outcome?.counts).toMatchObject({ added: 2, skipped: 2 });
    const [record] = await world.history.list(connection, { limit: 1 });
    expect(record?.skipReasons).toEqual([expect.stringContaining('../x'), expect.stringContaining('another repository has this name')]);
  });

  it('counts a repository that is listed twice once', async () => {
    expect(await synced(found('1', 'a'), found('1', 'a'))).toMatchObject({ counts: { added: 1, skipped: 0 } });
  });

  it('brings back one that was gone, with its id and metadata', async () => {
    await synced(found('1', 'a'));
    const id = await world.idOf('1');
    await world.editor.addMetadata(id, 'team', 'x');
    await synced();
    expect(await world.living()).toEqual({});
    expect(await synced(found('1', 'a'))).toMatchObject({ counts: { added: 1 } });
    expect(await world.idOf('1')).toBe(id);
    expect((await world.repositories.metadata(admin, [id])).get(id)).toEqual([{ key: 'team', value: 'x' }]);
  });

  it('takes more than fits in one batch', async () => {
    const many = Array.from({ length: 450 }, (_, i) => found(String(i), `r${i}`));
    expect(await synced(...many)).toMatchObject({ counts: { added: 450 } });
    expect(await synced(...many)).toMatchObject({ counts: { added: 0, unchanged: 450 } });
  });

  it('stores texts that no database takes as they are', async () => {
    expect(
      await synced(found('1', 'a', { description: 'x\0y\ud800z', stars: Number.NaN, topics: ['\0'], webUrl: 'javascript:alert(1)' })),
    ).toMatchObject({ state: 'COMPLETED' });
    expect(await world.repositories.byName(admin, RepoName.parse('a'))).toMatchObject({
      description: 'xy\ufffdz',
      stars: 0,
      webUrl: undefined,
    });
  });
});

describe('a repository that a whole list has no more', () => {
  beforeEach(async () => {
    await synced(found('1', 'a'), found('2', 'b'), found('3', 'c'));
    give(found('1', 'a'));
  });
  afterEach(() => {
    world.host.byId = undefined;
  });

  it('is kept when the host still has it: its page had moved on', async () => {
    world.host.byId = new Map([['2', found('2', 'renamed')]]);
    expect(await world.sync(connection)).toMatchObject({ state: 'COMPLETED', counts: { deleted: 1 } });
    expect(await world.living()).toEqual({ 1: 'a', 2: 'renamed' });
  });

  it('is kept when the host does not say', async () => {
    world.host.byId = new Map([['2', new Error('502 Bad Gateway')]]);
    expect(await world.sync(connection)).toMatchObject({ state: 'FAILED', failure: '502 Bad Gateway' });
    expect(await world.living()).toEqual({ 1: 'a', 2: 'b', 3: 'c' });
  });

  it('is deleted when the connection leaves it out from now on', async () => {
    world.host.byId = new Map([
      ['2', found('2', 'b')],
      ['3', found('3', 'c')],
    ]);
    await world.connections.update(connection, { config: '{ "exclude": ["b"] }' });
    expect(await world.sync(connection)).toMatchObject({ state: 'COMPLETED' });
  });
});

describe('a list that is not whole (row 15)', () => {
  it.each([
    ['at once', 0],
    ['in the middle', 1],
    ['at the end', 2],
  ])('deletes nothing when it throws %s, and keeps what it said until then', async (_when, count) => {
    await synced(found('1', 'a'), found('2', 'b'));
    give(found('1', 'a'), found('3', 'c'));
    world.host.failAfter = { count, error: new Error('502 Bad Gateway') };
    expect(await world.sync(connection)).toMatchObject({ state: 'FAILED', failure: '502 Bad Gateway' });
    expect(await world.living()).toMatchObject({ 1: 'a', 2: 'b' });
    expect(await world.connections.find(connection)).toMatchObject({ lastSyncError: '502 Bad Gateway', failedSyncs: 1 });
  });

  it('deletes nothing when it is stopped, and is due again', async () => {
    await synced(found('1', 'a'));
    give();
    const controller = new AbortController();
    controller.abort();
    await expect(world.sync(connection, { signal: controller.signal })).rejects.toThrow();
    expect(await world.living()).toEqual({ 1: 'a' });
    expect((await world.history.list(connection, { limit: 1 }))[0]?.state).toBe('CANCELED');
    expect(await world.connections.due(10)).toMatchObject([{ id: connection }]);
  });

  it('is tried again later and later, and at once when the connection was edited', async () => {
    world.host.failAfter = { count: 0, error: new Error('x') };
    const wait = async (): Promise<number> => {
      await world.sync(connection);
      return ((await world.connections.find(connection))?.nextSyncAt?.getTime() ?? 0) - Date.now();
    };
    const waits = [await wait(), await wait(), await wait()];
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[2]).toBeGreaterThan(3 * 60_000);
    await world.connections.update(connection, { displayName: 'one' });
    expect(await world.connections.due(10)).toMatchObject([{ id: connection }]);
  });

  it('waits for the plugin of its kind, and counts no failure meanwhile', async () => {
    await db.query(`UPDATE connections SET kind = 'GONE' WHERE id = $1`, [connection]);
    expect(await world.connections.due(10)).toEqual([]);
    await db.query(`UPDATE connections SET kind = $2 WHERE id = $1`, [connection, world.host.kind]);
    expect(await world.connections.due(10)).toMatchObject([{ id: connection }]);
  });

  it('says that the one before died when its process did (row 13), and leaves nothing of it', async () => {
    await world.history.begin(connection);
    await world.db.query(`INSERT INTO listed_repositories SELECT $1, '9', 'ghost', '', false, false, false, 0, '{}', NULL, 'x'`, [
      connection,
    ]);
    await synced(found('1', 'a'));
    expect((await world.history.list(connection, { limit: 9 })).map((record) => record.state)).toEqual(['COMPLETED', 'FAILED']);
    expect(await world.living()).toEqual({ 1: 'a' });
  });

  it('deletes nothing when it would be more than maxDeletions, and says so; adding and updating go on', async () => {
    await synced(found('1', 'a'), found('2', 'b'), found('3', 'c'));
    world.settings.sync = { ...world.settings.sync, maxDeletions: 1 };
    expect(await synced(found('1', 'renamed'), found('4', 'd'))).toMatchObject({
      state: 'FAILED',
      failure: expect.stringContaining('maxDeletions is 1'),
    });
    expect(await world.living()).toEqual({ 1: 'renamed', 2: 'b', 3: 'c', 4: 'd' });
    await world.connections.update(connection, { config: '{ "maxDeletions": 2 }' });
    expect(await world.sync(connection)).toMatchObject({ state: 'COMPLETED', counts: { deleted: 2 } });
  });

  it('repeats no secret of the connection in what it says (row 22)', async () => {
    await world.connections.update(connection, { config: '{ "token": "hunter2-canary" }' });
    world.host.failAfter = { count: 0, error: new Error('GET https://bob:hunter3-canary@host/ failed') };
    expect((await world.sync(connection))?.failure).toBe('GET https://host/ failed');
  });
});

describe('two connections', () => {
  it('share a repository: it is gone when both no longer list it', async () => {
    const other = await world.connect('two');
    await synced(found('1', 'a'));
    world.host.lists.set('two', [found('1', 'a')]);
    expect(await world.sync(other)).toMatchObject({ counts: { added: 0 } });
    expect(await synced()).toMatchObject({ counts: { deleted: 0 } });
    expect(await world.living()).toEqual({ 1: 'a' });
    await world.connections.remove(other);
    expect(await world.living()).toEqual({});
  });

  it('do not take a name from each other', async () => {
    const other = await world.connect('two', '{ "url": "https://second.example.com" }');
    await synced(found('1', 'a'));
    world.host.lists.set('two', [found('2', 'A'), found('3', 'b')]);
    expect(await world.sync(other)).toMatchObject({ counts: { added: 1, skipped: 1 } });
    expect(await world.living()).toEqual({ 1: 'a', 3: 'b' });
  });
});

describe('purging', () => {
  it('removes what has been gone long enough, and never gives its id again', async () => {
    await synced(found('1', 'a'), found('2', 'b'));
    const id = await world.idOf('2');
    await synced(found('1', 'a'));
    const purge = (ttl: number): Promise<number> => purgeDeleted(world.db, world.events, ttl, new AbortController().signal);
    expect(await purge(60_000)).toBe(0);
    expect(await deletedAt('2')).toBeInstanceOf(Date);
    expect(await purge(-1_000)).toBe(1);
    expect(world.events.published.at(-1)?.payload).toEqual({ ids: [id], reason: 'purged' });
    await synced(found('1', 'a'), found('2', 'b'));
    expect(await world.idOf('2')).toBeGreaterThan(id);
  });
});

describe('any history of lists', () => {
  // Small ranges, so that names meet.
  const listing = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 4 }), name: fc.constantFrom('a', 'A', 'b', 'c', 'd') }), {
    selector: (entry) => entry.id,
    maxLength: 4,
  });
  const step = fc.record({ list: listing, failAfter: fc.option(fc.nat(4), { nil: undefined, freq: 3 }) });

  it('leaves exactly what the last whole list said, but for names that meet', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        await world.clear();
        const id = await world.connect('one');
        let alive = new Set<string>();
        for (const { list, failAfter } of steps) {
          world.host.lists.set(
            'one',
            list.map((entry) => found(String(entry.id), entry.name)),
          );
          world.host.failAfter = failAfter === undefined ? undefined : { count: failAfter, error: new Error('x') };
          const before = await world.living();
          await world.sync(id);
          const living = await world.living();
          const names = Object.values(living).map((name) => name.toLowerCase());
          expect(new Set(names).size).toBe(names.length);
          if (failAfter !== undefined) expect(living).toMatchObject(before);
          else {
            const listed = new Map(list.map((entry) => [String(entry.id), entry.name]));
            // Nothing lives that is not listed.
            expect(Object.keys(living).filter((external) => !listed.has(external))).toEqual([]);
            for (const [external, name] of listed) {
              const lives = living[external];
              // Who has not what the host calls it, cannot: somebody else has the name.
              if (lives !== name)
                expect(
                  Object.entries(living).some(([other, taken]) => other !== external && taken.toLowerCase() === name.toLowerCase()),
                ).toBe(true);
              // Nobody who was there and is listed goes away.
              if (alive.has(external)) expect(lives).toBeDefined();
            }
          }
          alive = new Set(Object.keys(living));
        }
      }),
      { numRuns: 40 },
    );
  });
});
