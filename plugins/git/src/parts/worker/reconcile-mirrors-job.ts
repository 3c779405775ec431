import { type JobContext, RepoName, type Resolved } from '@sextant/sdk';
import type { config } from '../../config.js';
import { fetchRepository, ofRepository, PRIORITY } from '../../schedule/jobs.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import type { deps } from './wiring.js';

type Deps = Resolved<typeof deps>;
const PAGE = 500;

interface Known {
  readonly id: number;
  readonly name: RepoName;
  readonly deletedAt: Date | undefined;
}

/** Compares what is tracked with what there is. Notices arrive at most once; this is what makes a missed one harmless. */
export async function reconcileMirrorsJob(_payload: Record<string, never>, d: Deps, job: JobContext<typeof config>): Promise<void> {
  for (let afterId = 0; ; ) {
    const page = await d.sources.all({ limit: PAGE, afterId });
    await syncTracked(d, page);
    if (page.length < PAGE) break;
    afterId = page.at(-1)!.id;
    job.signal.throwIfAborted();
  }
  await purgeUnknown(d, job);
}

/**
 * Makes the table say what the owner of repositories says, and moves the mirrors of renamed ones. What stands on disk under
 * a name that has come to another repository is removed first: its objects were somebody else's to see.
 */
export async function syncTracked(d: Deps, repositories: readonly Known[]): Promise<void> {
  const table = new MirrorTable(d.db);
  const added = new Set(await table.track(repositories));
  const tracked = await table.byIds(repositories.map((r) => r.id));
  for (const { id, name, deletedAt } of repositories) {
    const mirror = tracked.get(id);
    if (!mirror || deletedAt || (mirror.name === name && !added.has(id))) continue;
    await d.git.remove({ repository: name });
    await table.nameTaken(id, name);
    if (added.has(id)) continue;
    if (mirror.name !== '') await d.git.rename({ repository: RepoName.parse(mirror.name), to: name });
    await table.renamed(id, name);
  }
}

/** Repositories of these ids, now: rows for the new, moves for the renamed, a fetch soon for those worth it. */
export async function repositoriesChangedNow(
  d: Deps,
  ids: readonly number[],
  reason: 'added' | 'updated' | 'renamed' | 'deleted' | 'purged' | 'pushed',
): Promise<void> {
  if (reason === 'purged') return purge(d, ids);
  // In the order of ids, as the schedule: two that enqueue the same fetches in different orders would wait for each other.
  const ordered = [...ids].sort((one, other) => one - other);
  const found = (await Promise.all(ordered.map((id) => d.sources.byId(id)))).filter((r) => r !== undefined);
  await syncTracked(d, found);
  const live = found.filter((r) => !r.deletedAt);
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
async function purgeUnknown(d: Deps, job: JobContext<typeof config>): Promise<void> {
  const table = new MirrorTable(d.db);
  for (let afterId = 0; ; ) {
    const page = await table.page(afterId, PAGE);
    await purge(
      d,
      page.map((mirror) => mirror.id),
    );
    if (page.length < PAGE) return;
    afterId = page.at(-1)!.id;
    job.signal.throwIfAborted();
  }
}

/** Each id is asked for again: a notice alone deletes nothing. */
async function purge(d: Deps, ids: readonly number[]): Promise<void> {
  const table = new MirrorTable(d.db);
  for (const { repositoryId, name } of (await table.byIds(ids)).values()) {
    if (await d.sources.byId(repositoryId)) continue;
    if (name !== '') await d.git.remove({ repository: RepoName.parse(name) });
    await table.forget(repositoryId);
  }
}
