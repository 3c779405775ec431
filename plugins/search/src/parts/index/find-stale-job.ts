import { defineJob, type JobHandler, z } from '@sextant/sdk';
import type { config } from '../../config.js';
import { enqueueIndexing } from '../../jobs/index-repository.js';
import type { IndexDeps } from './deps.js';
import type { SharedIndex } from './shared-index.js';
import { wantedBranches } from './wanted-branches.js';

export const findStale = defineJob('search.find-stale', { payload: z.object({}) });

const PAGE = 500;

/**
 * The net below the events: enqueues every repository whose index is behind its mirror, was built in another way than it would be now,
 * or is damaged, and those that are gone; then sweeps the folder.
 */
export const findStaleJob =
  (shared: SharedIndex): JobHandler<typeof findStale, IndexDeps, typeof config> =>
  async (_payload, d, job) => {
    const { sources, git, jobs } = d;
    const store = await shared.builder();
    const unseen = new Set((await store.manifests()).keys());
    for (let afterId = 0; ; ) {
      const page = await sources.all({ limit: PAGE, afterId });
      // What the last fetch saw: asking git would start processes for each repository, every minute.
      const states = await d.mirrors?.states(page.map(({ id }) => id));
      for (const { id, name } of page) {
        unseen.delete(id);
        const head = states?.get(id)?.head;
        if (states && !head) continue;
        const known = head && { name: head.branch, target: head.commit };
        const wanted = await wantedBranches(git, name, job.config.branches[name], job.signal, known).catch(() => undefined);
        if (wanted && !(await store.isCurrent({ id, name }, wanted))) await enqueueIndexing(jobs, id, job.config);
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      afterId = last.id;
    }
    for (const id of unseen) await enqueueIndexing(jobs, id, job.config);
    const removed = await store.sweep();
    if (removed.length > 0) job.log.info('removed files of the index that nothing needs', { files: removed.length });
  };
