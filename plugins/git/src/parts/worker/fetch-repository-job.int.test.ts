import { type Clock, core, type Events, type JobContext, RepoName, Secret, SextantError, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Git } from '../../api.js';
import { config, type GitConfig } from '../../config.js';
import { lockMirror } from '../../mirror/mirror-lock.js';
import { allOf } from '../../reads/all-of.js';
import { MirrorService } from '../../schedule/mirror-service.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import { aGit, type TestGit } from '../../testing/a-git.js';
import { aRepository, type BuiltRepository } from '../../testing/a-repository.js';
import { type KnownRepository, sourcesOf } from '../../testing/known-repositories.js';
import { type RecordedJobs, recordedJobs } from '../../testing/recorded-jobs.js';
import { tablesOnly } from '../../testing/tables-only.js';
import { fetchRepositoryJob } from './fetch-repository-job.js';
import { reconcileMirrorsJob, repositoriesChangedNow } from './reconcile-mirrors-job.js';

let db: Storage;
let test: TestGit;
let known: Map<number, KnownRepository>;
let published: { key: string; payload: unknown }[];
let recorded: RecordedJobs;
let now: Date;
let refusal: SextantError | undefined;
let warnings: number;

beforeAll(async () => {
  db = (await startTestKernel({ plugins: [tablesOnly] })).service(core.storage, 'git');
  test = await aGit();
});
afterAll(() => test?.close());
beforeEach(async () => {
  await db.query('truncate mirrors');
  known = new Map();
  published = [];
  recorded = recordedJobs();
  [refusal, warnings] = [undefined, 0];
  now = new Date('2023-11-15T00:00:00Z');
});

const clock: Clock = { now: () => now, monotonic: () => now.getTime(), sleep: async () => {} };
const deps = () => ({
  db,
  clock,
  jobs: recorded.jobs,
  git: test.git,
  events: { publish: async ({ key }: { key: string }, payload: unknown) => void published.push({ key, payload }) } as unknown as Events,
  sources: sourcesOf(known, () => refusal),
});
const log = { debug() {}, info() {}, warn: () => void warnings++, error() {}, child: () => log };
const job = (more: Partial<GitConfig> = {}, signal = new AbortController().signal): JobContext<typeof config> => ({
  id: '1',
  attempt: 1,
  signal,
  log,
  config: config.parse({ ...more }),
  actor: { kind: 'internal', id: 'internal:git', siteAdmin: false, via: 'internal' },
  progress: () => {},
  retryLater: (retryLater, options) => ({ retryLater, after: options?.after ?? 30_000 }),
});

const know = (id: number, name: string, source?: BuiltRepository, more: Partial<KnownRepository> = {}): void => {
  known.set(id, {
    id,
    name: RepoName.parse(name),
    deletedAt: undefined,
    source: source && { url: source.path, localFolder: true },
    ...more,
  });
};
const table = () => new MirrorTable(db);
const run = (repositoryId: number, ...context: Parameters<typeof job>) => fetchRepositoryJob({ repositoryId }, deps(), job(...context));
/** Minutes from the fetch to the next one. */
async function wait(): Promise<number> {
  const { lastFetched, nextFetch } = (await table().byId(1))!;
  return Math.round((nextFetch!.getTime() - lastFetched!.getTime()) / 60_000);
}
const HOUR = 3_600_000;
const takeDue = (limit = 10) => table().takeDue(limit, 8 * HOUR);
/** Lets time pass for the database. */
const age = (by: string) =>
  db.query(
    `update mirrors set next_fetch = next_fetch - $1::interval, queued_at = queued_at - $1::interval, last_fetched = last_fetched - $1::interval`,
    [by],
  );

describe('fetching a repository', () => {
  it('waits for the plugin of its kind: a safe start makes it no failure, and fills no log', async () => {
    know(1, 'a', aRepository());
    refusal = new SextantError('SEXTANT_CODE_HOST_KIND_UNKNOWN', { what: 'The kind "LOCAL" of code host is not known.' });
    for (let i = 0; i < 3; i++) await run(1);
    expect(await table().byId(1)).toMatchObject({ failures: 0, lastError: expect.stringContaining('KIND_UNKNOWN') });
    expect(warnings).toBe(0);
    refusal = undefined;
    await run(1);
    expect(await table().byId(1)).toMatchObject({ status: 'cloned', lastError: undefined });
  });

  it('clones it, writes down how it stands, and tells the others', async () => {
    const source = aRepository();
    know(1, 'jobs/first', source);
    await run(1);
    expect(await table().byId(1)).toMatchObject({
      status: 'cloned',
      name: 'jobs/first',
      progress: undefined,
      lastError: undefined,
      lastFetched: expect.any(Date),
      shard: 'test',
      failures: 0,
      head: { branch: 'main', commit: source.git('rev-parse', 'main') },
    });
    expect(published).toEqual([
      {
        key: 'git.mirror-updated@1',
        payload: { repositoryId: 1, name: 'jobs/first', head: source.git('rev-parse', 'main'), cloned: true },
      },
    ]);
    expect(await table().stats()).toMatchObject({ total: 1, cloned: 1, notCloned: 0, failedFetch: 0 });
    await run(1);
    expect(published).toHaveLength(1);
  });

  it('waits half as long as the last commit is old, at least 45 seconds, at most 8 hours', async () => {
    const source = aRepository({ commits: [{ files: { a: '1' }, date: '1700000000 +0000' }] });
    know(1, 'jobs/schedule', source);
    const at = async (time: string) => {
      now = new Date(time);
      await run(1);
      return await wait();
    };
    expect(await at('2023-11-14T23:13:20Z')).toBe(30);
    expect(await at('2023-12-14T00:00:00Z')).toBe(480);
    source.commit({ files: { a: '2' }, date: '1700000001 +0000' });
    expect(await at('2023-12-14T00:00:01Z')).toBe(1); // something came just now, however old it says it is
    now = new Date('2023-12-14T01:00:00Z');
    await run(1, { updateIntervals: [{ pattern: '^jobs/', interval: 600_000 }] });
    expect(await wait()).toBe(10);
  });

  it('keeps a failure beside the repository, backs off, and forgets it at the next success', async () => {
    know(1, 'jobs/failing', undefined, { source: { url: '/nonexistent', localFolder: true } });
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      await run(1);
      const mirror = (await table().byId(1))!;
      expect(mirror).toMatchObject({ status: 'not-cloned', lastError: expect.stringContaining('SEXTANT_GIT_REMOTE_NOT_FOUND') });
      const [left] = await db.query<{ seconds: number }>('select extract(epoch from next_fetch - now())::float8 as seconds from mirrors');
      waits.push(Math.ceil(left!.seconds / 45));
    }
    expect(waits).toEqual([1, 2, 4]);
    expect(await table().stats()).toMatchObject({ failedFetch: 1, notCloned: 1 });
    know(1, 'jobs/failing', aRepository());
    await run(1);
    expect(await table().byId(1)).toMatchObject({ status: 'cloned', lastError: undefined, failures: 0 });
  });

  it('row 22: keeps no credential in what it writes down', async () => {
    know(1, 'jobs/secret', undefined, {
      source: { url: 'http://127.0.0.1:1/x', credentials: { username: 'me', password: new Secret('canary-91') } },
    });
    await run(1);
    expect(JSON.stringify(await db.query('select * from mirrors'))).not.toContain('canary-91');
  });

  it('is asked for again when another works on the mirror, and when it is cut short', async () => {
    know(1, 'jobs/cut', aRepository());
    const abort = new AbortController();
    abort.abort(new Error('stopping'));
    await expect(run(1, {}, abort.signal)).rejects.toThrow('stopping');
    expect(await table().byId(1)).toMatchObject({ status: 'not-cloned', lastError: undefined });
    expect(await takeDue()).toEqual([1]);
  });

  it('is looked at anew when its mirror is removed meanwhile, and that is no failure', async () => {
    know(1, 'sync/removed', aRepository());
    const git = {
      ...test.git,
      // biome-ignore lint/correctness/useYield: it ends before it gives anything
      fetch: async function* () {
        throw new SextantError('SEXTANT_GIT_MIRROR_REMOVED', { what: 'removed' });
      },
    };
    expect(await fetchRepositoryJob({ repositoryId: 1 }, { ...deps(), git }, job())).toMatchObject({ after: 5_000 });
    expect(await table().byId(1)).toMatchObject({ failures: 0, status: 'not-cloned' });
  });

  it('writes down damage, and mends it', async () => {
    know(1, 'jobs/damage', aRepository());
    await run(1);
    await table().corrupted(1, 'a pack is broken');
    expect(await table().byId(1)).toMatchObject({ status: 'corrupt', corruptions: [{ reason: 'a pack is broken' }] });
    for (let i = 0; i < 12; i++) await table().corrupted(1, `again ${i}`);
    expect((await table().byId(1))!.corruptions.map((c) => c.reason)).toEqual(Array.from({ length: 10 }, (_, i) => `again ${11 - i}`));
    await run(1);
    expect(await table().byId(1)).toMatchObject({ status: 'cloned' });
  });

  it('leaves alone what is deleted or unknown', async () => {
    know(1, 'jobs/deleted', aRepository(), { deletedAt: new Date() });
    await run(1);
    await run(2);
    expect(await table().byId(2)).toBeUndefined();
    expect(await test.git.mirror({ repository: RepoName.parse('jobs/deleted') })).toBeNull();
  });
});

describe('what is due', () => {
  it('is taken once, oldest first, and again when its worker was lost', async () => {
    await table().track([1, 2, 3].map((id) => ({ id, name: `due/${id}`, deletedAt: undefined })));
    await db.query('update mirrors set next_fetch = now() - make_interval(mins => repository_id)');
    expect(await Promise.all([takeDue(2), takeDue(2)]).then((taken) => taken.flat().sort())).toEqual([1, 2, 3]);
    // Taken by one that began a moment later, and was quicker.
    await db.query(`update mirrors set queued_at = now() + interval '1 second'`);
    expect(await takeDue()).toEqual([]);
    expect((await table().byId(1))!.status).toBe('queued');
    await age('4 hours');
    expect(await takeDue()).toHaveLength(3);
  });

  it('goes by the clock of the database, whatever that of a worker says (hostile row 46)', async () => {
    know(1, 'skewed/a', aRepository());
    know(2, 'skewed/b', undefined, { source: { url: '/nonexistent', localFolder: true } });
    for (const wrong of ['2033-01-01', '2003-01-01']) {
      now = new Date(wrong);
      await run(1);
      await run(2);
      expect(await takeDue()).toEqual([]);
      await age('8 hours');
      expect((await takeDue()).toSorted()).toEqual([1, 2]);
    }
  });

  it('does not wait for a time that a clock far in the future has written (hostile row 46)', async () => {
    know(1, 'future/a', aRepository());
    await run(1);
    await db.query(`update mirrors set next_fetch = now() + interval '1 year', queued_at = now() + interval '1 year'`);
    expect(await takeDue()).toEqual([1]);
    expect(await takeDue()).toEqual([]);
  });
});

describe('keeping up with the repositories there are', () => {
  it('tracks and fetches what appears', async () => {
    know(1, 'sync/new', aRepository());
    await repositoriesChangedNow(deps(), [1], 'added');
    expect(recorded.enqueued).toMatchObject([
      { name: 'git.fetch-repository', payload: { repositoryId: 1 }, options: { key: 'fetch:1', queue: 'git:1' } },
    ]);
    expect((await table().byId(1))!.status).toBe('queued');
  });

  it('moves the mirror of what was renamed', async () => {
    know(1, 'sync/old', aRepository());
    await run(1);
    const { head } = (await table().byId(1))!;
    know(1, 'sync/new-name');
    await repositoriesChangedNow(deps(), [1], 'renamed');
    expect((await test.git.defaultBranch({ repository: RepoName.parse('sync/new-name') }))!.target).toBe(head!.commit);
    expect(await test.git.mirror({ repository: RepoName.parse('sync/old') })).toBeNull();
    expect((await table().byId(1))!.name).toBe('sync/new-name');
  });

  it('moves the mirror of what was renamed while it was fetched, as soon as the fetch is over', async () => {
    const source = aRepository();
    know(1, 'sync/slow', source);
    const git: Git = {
      ...test.git,
      async *fetch(asked) {
        for await (const event of test.git.fetch(asked)) {
          if (event.type === 'done') {
            know(1, 'sync/slow-no-more', source);
            await repositoriesChangedNow(deps(), [1], 'renamed');
          }
          yield event;
        }
      },
    };
    await fetchRepositoryJob({ repositoryId: 1 }, { ...deps(), git }, job());
    // The notice found the mirror busy.
    expect(recorded.enqueued).toMatchObject([{ name: 'git.reconcile-mirrors', options: { runAt: expect.any(Date) } }]);
    const { name, head } = (await table().byId(1))!;
    expect(name).toBe('sync/slow-no-more');
    expect((await test.git.defaultBranch({ repository: RepoName.parse('sync/slow-no-more') }))!.target).toBe(head!.commit);
  });

  it('row 16: never shows one repository under a name that has come to another', async () => {
    const [one, two] = [aRepository({ commits: [{ files: { secret: 'one' } }] }), aRepository({ commits: [{ files: { open: 'two' } }] })];
    know(1, 'names/x', one);
    await run(1);
    const secret = one.git('rev-parse', 'main:secret');
    // The name goes to a new repository; the old one is renamed, and the notices come in the wrong order.
    know(1, 'names/y', one);
    know(2, 'names/x', two);
    await run(2);
    await repositoriesChangedNow(deps(), [1], 'renamed');
    const frames = await allOf(test.git.blobs({ repository: RepoName.parse('names/x'), oids: [secret] }));
    expect(Buffer.concat(frames).toString()).toBe(`${secret} missing\n`);
    expect((await test.git.defaultBranch({ repository: RepoName.parse('names/x') }))!.target).toBe(two.git('rev-parse', 'main'));
    await run(1);
    expect((await test.git.defaultBranch({ repository: RepoName.parse('names/y') }))!.target).toBe(one.git('rev-parse', 'main'));
  });

  it('swaps two names without mixing what stands under them', async () => {
    const [one, two] = [aRepository({ commits: [{ files: { a: 'one' } }] }), aRepository({ commits: [{ files: { b: 'two' } }] })];
    know(1, 'swap/x', one);
    know(2, 'swap/y', two);
    await run(1);
    await run(2);
    know(1, 'swap/y', one);
    know(2, 'swap/x', two);
    await reconcileMirrorsJob({}, deps(), job());
    await run(1);
    await run(2);
    const head = async (name: string) => (await test.git.defaultBranch({ repository: RepoName.parse(name) }))!.target;
    expect([await head('swap/x'), await head('swap/y')]).toEqual([two.git('rev-parse', 'main'), one.git('rev-parse', 'main')]);
  });

  it('keeps the mirror of what is deleted until it is purged', async () => {
    const name = RepoName.parse('sync/gone');
    know(1, name, aRepository());
    await run(1);
    know(1, name, undefined, { deletedAt: now });
    await repositoriesChangedNow(deps(), [1], 'deleted');
    expect(await test.git.mirror({ repository: name })).not.toBeNull();
    await age('1 year');
    expect(await takeDue()).toEqual([]);
    await repositoriesChangedNow(deps(), [1], 'purged'); // a notice about what is still there deletes nothing
    expect(await test.git.mirror({ repository: name })).not.toBeNull();
    known.delete(1);
    await repositoriesChangedNow(deps(), [1], 'purged');
    expect(await test.git.mirror({ repository: name })).toBeNull();
    expect(await table().byId(1)).toBeUndefined();
  });

  it('ends the clone of what is deleted, and of nothing else', async () => {
    know(1, 'end/gone', undefined, { deletedAt: now });
    know(2, 'end/there');
    await repositoriesChangedNow(deps(), [1, 2], 'deleted');
    expect(recorded.canceled).toEqual(['git.fetch-repository fetch:1']);
  });

  it('comes back to the mirrors that another process is writing, and does the others meanwhile', async () => {
    for (const [id, name] of [[1, 'busy/a'] as const, [2, 'busy/b'] as const]) know(id, name, aRepository());
    await run(1);
    await run(2);
    known.clear();
    await using lock = await lockMirror(test.root, test.files.pathOf(RepoName.parse('busy/a')));
    await repositoriesChangedNow(deps(), [1, 2], 'purged');
    expect([await table().byId(1), await table().byId(2)]).toEqual([expect.anything(), undefined]);
    const again = { name: 'git.reconcile-mirrors', options: expect.objectContaining({ key: 'reconcile', runAt: expect.any(Date) }) };
    expect(recorded.enqueued).toMatchObject([again]);
    await reconcileMirrorsJob({}, deps(), job());
    expect(recorded.enqueued).toMatchObject([again, again]);
    await lock[Symbol.asyncDispose]();
    await reconcileMirrorsJob({}, deps(), job());
    expect(recorded.enqueued).toHaveLength(2);
    expect(await table().byId(1)).toBeUndefined();
  });

  it('catches every notice it missed', async () => {
    know(1, 'missed/a', aRepository());
    know(2, 'missed/b', aRepository());
    await run(1);
    known.delete(1);
    await reconcileMirrorsJob({}, deps(), job());
    expect(await table().byId(1)).toBeUndefined();
    expect(await test.git.mirror({ repository: RepoName.parse('missed/a') })).toBeNull();
    await age('1 year');
    expect(await takeDue()).toEqual([2]);
  });
});

describe('asking for a fetch', () => {
  it('lets a view ask once a minute, and only for what is not fresh', async () => {
    const service = new MirrorService(table(), recorded.jobs, clock);
    know(1, 'view/x', aRepository());
    await run(1);
    await service.refresh(1, 'view');
    expect(recorded.enqueued).toEqual([]);
    now = new Date(now.getTime() + 120_000);
    await age('2 minutes');
    await service.refresh(1, 'view');
    await service.refresh(1, 'view');
    expect(recorded.enqueued).toHaveLength(1);
    await service.refresh(1, 'webhook');
    expect(recorded.enqueued.at(-1)).toMatchObject({ payload: { reason: 'webhook' }, options: { onConflict: 'replace', priority: -10 } });
  });
});
