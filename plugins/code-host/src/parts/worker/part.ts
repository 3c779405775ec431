import { auditTrail } from '@sextant/plugin-identity/api';
import { definePart, maybe } from '@sextant/sdk';
import { config } from '../../config.js';
import { applyDeclarations } from '../../connections/declared-connections.js';
import { provideServices } from '../../provide-services.js';
import { recordsOf, type ServiceDeps, serviceDeps } from '../../services.js';
import { storage } from '../../storage/definition.js';
import { ConnectionSync } from '../../sync/connection-sync.js';
import { purgeRepositories, syncConnection, syncDueConnections, syncOptions, trimWebhookLog } from '../../sync/jobs.js';
import { purgeDeleted } from '../../sync/purge.js';
import { Turns } from '../../sync/turns.js';
import { WebhookLog } from '../../webhooks/webhook-log.js';
import { ConnectionWatchers } from './connection-watchers.js';

/** Connections that one tick of the schedule enqueues. */
const DUE_AT_A_TIME = 1_000;
/** Priority of a sync after one that failed. */
const FAILING = 10;
/** A connection that is due waits for the next tick. */
const SHORTEST_TICK = 5_000;
const LONGEST_TICK = 30_000;
const TRIM_EVERY = 10 * 60_000;

export default definePart(config)({
  deps: { ...serviceDeps, audit: maybe(auditTrail) },
  register(r) {
    r.storage(storage);
    provideServices(r);

    const turns = new Turns();
    r.job(syncConnection, async ({ connectionId, due }, deps, job) => {
      const { db, events } = deps;
      const records = recordsOf(deps);
      // It may have been found due while the sync before was about to begin. After a crash that sync is this one.
      if (due && job.attempt === 1 && !(await records.connections.isDue(connectionId))) return;
      const sync = new ConnectionSync({ ...records, db, events, config: () => job.config, log: job.log, turns });
      await sync.run(connectionId, { signal: job.signal, progress: (text) => job.progress(text) });
    });
    r.job(syncDueConnections, (_payload, deps) => enqueueDue(deps));
    r.job(purgeRepositories, async (_payload, deps, job) => {
      const purged = await purgeDeleted(deps.db, deps.events, job.config.deletedTtl, job.signal);
      if (purged > 0) job.log.info('Purged repositories that were gone', { purged });
    });
    r.job(trimWebhookLog, (_payload, deps, job) => new WebhookLog(deps.db).trim(job.config.webhookLogRetention));
    r.schedule({
      id: 'sync-due-connections',
      job: syncDueConnections,
      every: (c) => Math.max(SHORTEST_TICK, Math.min(c.repoListUpdateInterval / 4, LONGEST_TICK)),
      catchUp: true,
    });
    r.schedule({ id: 'purge-repositories', job: purgeRepositories, every: (c) => c.purgeInterval });
    r.schedule({ id: 'trim-webhook-log', job: trimWebhookLog, every: TRIM_EVERY });

    let watchers: ConnectionWatchers | undefined;
    r.start(async (deps, ctx) => {
      const records = recordsOf(deps);
      const outcome = await applyDeclarations(ctx.config.get(), records.connections, records.kinds, ctx.log, async (tx, { id, kind }) => {
        await deps.audit?.record('codehosts', 'changed', { uid: 'internal:code-host' }, { id, kind, by: 'configuration' }, { tx });
      });
      for (const problem of outcome.problems) ctx.degrade(problem);
      await records.connections.settleEnforcement();
      // Not left to the schedule: the first search waits for the first list.
      await enqueueDue(deps);
      watchers = new ConnectionWatchers({ ...records, db: deps.db, events: deps.events, jobs: deps.jobs, log: ctx.log });
      await watchers.start();
    });
    r.stop(async () => watchers?.[Symbol.asyncDispose]());
  },
});

async function enqueueDue(deps: ServiceDeps): Promise<void> {
  const due = await recordsOf(deps).connections.due(DUE_AT_A_TIME);
  await deps.jobs.enqueueMany(
    syncConnection,
    due.map(({ id, fails }) => ({
      payload: { connectionId: id, due: true },
      // Many that hang fill all the places that there are: those that answer come first.
      options: { ...syncOptions(id), onConflict: 'keep' as const, priority: fails ? FAILING : 0 },
    })),
  );
}
