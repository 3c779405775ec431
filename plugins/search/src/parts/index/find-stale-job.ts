import { defineJob, type JobHandler, z } from '@sextant/sdk';
import type { config } from '../../config.js';
import { enqueueIndexing } from '../../jobs/index-repository.js';
import type { IndexDeps } from './deps.js';
import type { SharedIndex } from './shared-index.js';

export const findStale = defineJob('search.find-stale', { payload: z.object({}) });

const PAGE = 500;

/** The net below the events: enqueues every repository whose index is behind its mirror, and those that are gone; then sweeps the folder. */
export const findStaleJob =
  (shared: SharedIndex): JobHandler<typeof findStale, IndexDeps, typeof config> =>
  async (_payload, { sources, git, jobs }, job) => {
    const store = await shared.store();
    const unseen = new Map((await store.list()).map((indexed) => [indexed.repository, indexed]));
    for (let afterId = 0; ; ) {
      const page = await sources.all({ limit: PAGE, afterId });
      for (const { id, name } of page) {
        const indexed = unseen.get(id);
        unseen.delete(id);
        const head = await git.defaultBranch({ repository: name, signal: job.signal }).catch(() => null);
        if (head && (indexed?.branches[0]?.commit !== head.target || indexed.state !== 'ok')) await enqueueIndexing(jobs, id);
      }
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      afterId = last.id;
    }
    for (const id of unseen.keys()) await enqueueIndexing(jobs, id);
    const removed = await store.sweep();
    if (removed.length > 0) job.log.info('removed files of the index that nothing needs', { files: removed.length });
  };
