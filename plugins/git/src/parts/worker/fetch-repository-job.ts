import type { CloneSource } from '@sextant/plugin-code-host/api';
import { type JobContext, type Resolved, type RetryLater, SextantError } from '@sextant/sdk';
import { type FetchEvent, type FetchSource, mirrorUpdated } from '../../api.js';
import type { config } from '../../config.js';
import { retryInterval, updateInterval } from '../../schedule/fetch-schedule.js';
import { type Mirror, MirrorTable } from '../../storage/mirror-table.js';
import { isBusy } from './move-mirror.js';
import { syncTracked } from './reconcile-mirrors-job.js';
import type { deps } from './wiring.js';

type Deps = Resolved<typeof deps>;
type Done = Extract<FetchEvent, { readonly type: 'done' }>;

const PROGRESS_EVERY = 1_000;
const BUSY = 'another process works on the mirror';
/** Milliseconds. */
const AGAIN = 5_000;

/**
 * Clones or fetches one repository and decides when next. A failure is an answer of its own: it is kept beside the
 * repository, and the schedule backs off; so the job itself ends well, and is only repeated when its worker died.
 */
export async function fetchRepositoryJob(
  { repositoryId }: { readonly repositoryId: number },
  d: Deps,
  job: JobContext<typeof config>,
): Promise<void | RetryLater> {
  const table = new MirrorTable(d.db);
  const repository = await d.sources.byId(repositoryId);
  if (!repository || repository.deletedAt) return;
  const busy = await syncTracked(d, [repository]);
  if (busy.length > 0) return job.retryLater(BUSY, { after: AGAIN });
  const mirror = (await table.byId(repositoryId))!;
  const name = repository.name;
  try {
    const source = await d.sources.cloneSource(repositoryId);
    if (!source)
      throw new SextantError('SEXTANT_GIT_REPOSITORY_NOT_FOUND', {
        what: 'No connection gives this repository.',
        fix: 'Check the connections of the code host.',
      });
    await table.begin(repositoryId);
    const done = await transfer(
      d,
      table,
      repositoryId,
      d.git.fetch({ repository: name, source: revealed(source), signal: job.signal }),
      job,
    );
    if (done.leftOut) job.log.warn('parts of a repository could not be taken', { repositoryId, repository: name, leftOut: done.leftOut });
    await settle(d, table, mirror, name, done, job);
  } catch (error) {
    if (job.signal.aborted) {
      await table.interrupted(repositoryId);
      throw error;
    }
    if (isBusy(error)) return job.retryLater(BUSY, { after: AGAIN });
    // The repository is gone, or renamed, or another has its name: then it has to be looked at anew.
    if (SextantError.is(error) && error.code === 'SEXTANT_GIT_MIRROR_REMOVED') {
      await table.interrupted(repositoryId);
      return job.retryLater('the mirror was removed meanwhile', { after: AGAIN });
    }
    await failed(table, mirror, error, job);
  }
  // Whoever learned meanwhile that it has another name found the mirror busy, and would look again in a minute.
  const after = await d.sources.byId(repositoryId);
  if (after && after.name !== name) await syncTracked(d, [after]);
}

const revealed = ({ url, credentials, localFolder, sshKey, maker, from }: CloneSource): FetchSource => ({
  url,
  ...(credentials ? { username: credentials.username, password: credentials.password.reveal() } : {}),
  ...(sshKey ? { sshKey: sshKey.reveal() } : {}),
  ...(localFolder ? { localFolder } : {}),
  ...(maker ? { maker } : {}),
  ...(from ? { from } : {}),
});

async function transfer(
  d: Deps,
  table: MirrorTable,
  id: number,
  events: AsyncIterable<FetchEvent>,
  job: JobContext<typeof config>,
): Promise<Done> {
  let told = Number.NEGATIVE_INFINITY;
  for await (const event of events) {
    if (event.type === 'done') return event;
    job.progress(event.text);
    if (d.clock.monotonic() - told < PROGRESS_EVERY) continue;
    told = d.clock.monotonic();
    await table.progress(id, event.text);
  }
  throw new SextantError('SEXTANT_GIT_FAILED', {
    what: 'The git node ended the fetch without an answer.',
    fix: 'See the log of the git role.',
  });
}

async function settle(
  d: Deps,
  table: MirrorTable,
  before: Mirror,
  name: Parameters<Deps['git']['defaultBranch']>[0]['repository'],
  done: Done,
  job: JobContext<typeof config>,
): Promise<void> {
  const now = d.clock.now();
  const head = await d.git.defaultBranch({ repository: name, signal: job.signal });
  const commit = head && (await d.git.commit({ repository: name, oid: head.target, signal: job.signal }));
  const activity = [
    commit ? Date.parse(commit.committer.date) : Number.NaN,
    (done.changed && !done.cloned ? now : before.lastChanged)?.getTime() ?? Number.NaN,
  ].filter((time) => !Number.isNaN(time));
  const lastActivity = activity.length > 0 ? new Date(Math.min(now.getTime(), Math.max(...activity))) : undefined;
  await table.finish(before.repositoryId, {
    changed: done.changed && !done.cloned,
    sizeBytes: done.sizeBytes,
    shard: done.shard,
    head: head ? { branch: head.name, commit: head.target } : undefined,
    nextIn: updateInterval(name, lastActivity, now, job.config),
  });
  if (done.changed)
    await d.events.publish(mirrorUpdated, {
      repositoryId: before.repositoryId,
      name,
      head: head?.target ?? null,
      ...(done.cloned ? { cloned: true } : {}),
    });
}

async function failed(table: MirrorTable, mirror: Mirror, error: unknown, job: JobContext<typeof config>): Promise<void> {
  // The plugin of its kind does not run, as in safe mode: a line for each repository would tell nobody more.
  if (SextantError.is(error) && error.code === 'SEXTANT_CODE_HOST_KIND_UNKNOWN')
    return await table.postpone(mirror.repositoryId, `${error.code}: ${error.message}`, job.config.minUpdateInterval);
  const text = SextantError.is(error) ? `${error.code}: ${error.message}` : 'The fetch failed for a reason that is in the log.';
  const nextIn = retryInterval(mirror.failures, job.config);
  job.log.warn('a repository could not be fetched', {
    repositoryId: mirror.repositoryId,
    repository: mirror.name,
    error: text,
    nextIn,
    ...(SextantError.is(error) ? {} : { cause: error }),
  });
  if (SextantError.is(error) && error.code === 'SEXTANT_GIT_CORRUPT') await table.corrupted(mirror.repositoryId, error.why ?? error.what);
  await table.fail(mirror.repositoryId, text, nextIn);
}
