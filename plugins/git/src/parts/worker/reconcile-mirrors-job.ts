import type { JobContext, RepoName, Resolved } from '@sextant/sdk';
import type { config } from '../../config.js';
import { fetchRepository, ofRepository, PRIORITY, reconcileMirrors } from '../../schedule/jobs.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import { isBusy, moveMirror, removeMirror } from './move-mirror.js';
import type { deps } from './wiring.js';

type Deps = Resolved<typeof deps>;
const PAGE = 500;
/** Milliseconds after which a mirror is looked at again that another process of its node was working on. */
const AGAIN = 60_000;

interface Known {
  readonly id: number;
  readonly name: RepoName;
  readonly deletedAt: Date | undefined;
}

/** Compares what is tracked with what there is. Notices arrive at most once; this is what makes a missed one harmless. */
export async function reconcileMirrorsJob(_payload: Record<string, never>, d: Deps, job: JobContext<typeof config>): Promise<void> {
  let busy = 0;
  for (let afterId = 0; ; ) {
    const page = await d.sources.all({ limit: PAGE, afterId });
    busy += (await syncTracked(d, page)).length;
    if (page.length < PAGE) break;
    afterId = page.at(-1)!.id;
    job.signal.throwIfAborted();
  }
  busy += await purgeUnknown(d, job);
  if (busy === 0) return;
  job.log.info('mirrors are being written by other processes; they are looked at again', { mirrors: busy });
  await lookAgain(d);
}

const lookAgain = (d: Deps): Promise<string> =>
  d.jobs.enqueue(reconcileMirrors, {}, { key: 'reconcile', onConflict: 'keep', runAt: new Date(d.clock.now().getTime() + AGAIN) });

/**
 * Makes the table say what the owner of repositories says, and moves the mirrors of renamed ones. What stands on disk under
 * a name that has come to another repository is removed first: its objects were somebody else's to see.
 * @returns the ids of those whose mirrors another process is writing: they stay as they are
 */
export async function syncTracked(d: Deps, repositories: readonly Known[]): Promise<readonly number[]> {
  const table = new MirrorTable(d.db);
  await table.track(repositories);
  const tracked = await table.byIds(repositories.map((r) => r.id));
  const busy: number[] = [];
  for (const { id, name, deletedAt } of repositories) {
    const mirror = tracked.get(id);
    if (!mirror || deletedAt || mirror.name === name) continue;
    try {
      await moveMirror(d, { id, name });
    } catch (error) {
      if (!isBusy(error)) throw error;
      busy.push(id);
    }
  }
  return busy;
}

/** Repositories of these ids, now: rows for the new, moves for the renamed, a fetch soon for those worth it. */
export async function repositoriesChangedNow(
  d: Deps,
  ids: readonly number[],
  reason: 'added' | 'updated' | 'renamed' | 'deleted' | 'purged' | 'pushed',
): Promise<void> {
  if (reason === 'purged') {
    if ((await purge(d, ids)) > 0) await lookAgain(d);
    return;
  }
  // In the order of ids, as the schedule: two that enqueue the same fetches in different orders would wait for each other.
  const ordered = [...ids].sort((one, other) => one - other);
  const found = (await Promise.all(ordered.map((id) => d.sources.byId(id)))).filter((r) => r !== undefined);
  if ((await syncTracked(d, found)).length > 0) await lookAgain(d);
  const live = found.filter((r) => !r.deletedAt);
  // Nobody waits any more for a clone that may take hours.
  if (reason === 'deleted')
    for (const { id, deletedAt } of found) if (deletedAt) await d.jobs.cancel(fetchRepository, ofRepository(id, 'fetch').key);
  if (reason !== 'added' && reason !== 'pushed') return;
  const priority = reason === 'pushed' ? PRIORITY.webhook : PRIORITY.first;
  const why = reason === 'pushed' ? 'webhook' : 'schedule';
  await d.jobs.enqueueMany(
    fetchRepository,
    live.map(({ id }) => ({ payload: { repositoryId: id, reason: why }, options: { ...ofRepository(id, 'fetch'), priority } })),
  );
  await new MirrorTable(d.db).queued(live.map(({ id }) => id));
}

/** Removes the mirrors of repositories that exist no more: an owner that answers "unknown" has purged them. */
async function purgeUnknown(d: Deps, job: JobContext<typeof config>): Promise<number> {
  const table = new MirrorTable(d.db);
  let busy = 0;
  for (let afterId = 0; ; ) {
    const page = await table.page(afterId, PAGE);
    busy += await purge(
      d,
      page.map((mirror) => mirror.id),
    );
    if (page.length < PAGE) return busy;
    afterId = page.at(-1)!.id;
    job.signal.throwIfAborted();
  }
}

/** Each id is asked for again: a notice alone deletes nothing. @returns how many stay for now, because another process is writing them */
async function purge(d: Deps, ids: readonly number[]): Promise<number> {
  const table = new MirrorTable(d.db);
  let busy = 0;
  for (const { repositoryId, name } of (await table.byIds(ids)).values()) {
    if (await d.sources.byId(repositoryId)) continue;
    try {
      await removeMirror(d, repositoryId, name);
    } catch (error) {
      if (!isBusy(error)) throw error;
      busy++;
    }
  }
  return busy;
}
