import { repositoriesChanged } from '@sextant/plugin-code-host/api';
import { definePart, RepoName } from '@sextant/sdk';
import { mirrors } from '../../api.js';
import { config } from '../../config.js';
import { longestInterval } from '../../schedule/fetch-schedule.js';
import { fetchRepository, ofRepository, PRIORITY, recloneRepository, reconcileMirrors, scheduleFetches } from '../../schedule/jobs.js';
import { mirrorsOf } from '../../schedule/mirrors-of.js';
import { gitStorage } from '../../storage/git-storage.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import { fetchRepositoryJob } from './fetch-repository-job.js';
import { isBusy } from './move-mirror.js';
import { reconcileMirrorsJob, repositoriesChangedNow } from './reconcile-mirrors-job.js';
import { deps } from './wiring.js';

const DUE_AT_ONCE = 200;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(gitStorage);
    r.provide(mirrors, mirrorsOf);
    r.job(fetchRepository, fetchRepositoryJob);
    r.job(reconcileMirrors, reconcileMirrorsJob);
    r.job(scheduleFetches, async (_payload, d, job) => {
      if (!job.config.autoUpdate) return;
      // Marked and enqueued together, or a crash in between would leave them marked and waiting for nobody.
      await d.db.transaction(async (tx) => {
        const due = await new MirrorTable(tx).takeDue(DUE_AT_ONCE, longestInterval(job.config));
        await d.jobs.enqueueMany(
          fetchRepository,
          // In the order of ids, as what is added or pushed: see there.
          [...due]
            .sort((one, other) => one - other)
            .map((id) => ({
              payload: { repositoryId: id, reason: 'schedule' as const },
              options: { ...ofRepository(id, 'fetch'), priority: PRIORITY.schedule, onConflict: 'keep' as const },
            })),
          { tx },
        );
      });
    });
    r.job(recloneRepository, async ({ repositoryId }, d, job) => {
      const table = new MirrorTable(d.db);
      const mirror = await table.byId(repositoryId);
      if (!mirror || mirror.name === '') return;
      try {
        await d.git.remove({ repository: RepoName.parse(mirror.name) });
      } catch (error) {
        if (isBusy(error)) return job.retryLater('another process works on the mirror');
        throw error;
      }
      await table.emptied(repositoryId);
      await d.jobs.enqueue(
        fetchRepository,
        { repositoryId, reason: 'manual' },
        { ...ofRepository(repositoryId, 'fetch'), priority: PRIORITY.manual },
      );
    });
    r.schedule({ id: 'due-fetches', job: scheduleFetches, every: 10_000 });
    r.schedule({ id: 'reconcile', job: reconcileMirrors, every: 3_600_000, catchUp: true });
    r.start(async (d, ctx) => {
      const subscription = d.events.subscribe(repositoriesChanged, ({ ids, reason }) => repositoriesChangedNow(d, ids, reason));
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
      // What appeared while nothing of us ran.
      await d.jobs.enqueue(reconcileMirrors, {}, { key: 'reconcile', onConflict: 'keep' });
    });
  },
});
