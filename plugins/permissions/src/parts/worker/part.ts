import { permissionSources } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { SyncedPermissions } from '../../grants/permission-source.js';
import { storage } from '../../storage/definition.js';
import { scheduleSyncs, syncRepository, syncUser } from '../../sync/jobs.js';
import { runSync } from '../../sync/run-sync.js';
import { SyncTriggers } from '../../sync/triggers.js';
import { deps, syncsOf } from '../../wiring.js';

/** Shorter than any interval that the site configuration can say makes sense. */
const TICK = 5_000;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.contribute(permissionSources, ({ db, hosts, users, clock }) => new SyncedPermissions(db, hosts, users, clock));
    r.job(syncUser, (subject, d, job) => runSync(subject, syncsOf(d), job, syncUser.maxAttempts));
    r.job(syncRepository, (subject, d, job) => runSync(subject, syncsOf(d), job, syncRepository.maxAttempts));
    r.job(scheduleSyncs, (_payload, d) => syncsOf(d).due.tick());
    r.schedule({ id: 'schedule-syncs', job: scheduleSyncs, every: TICK, catchUp: true });

    let triggers: SyncTriggers | undefined;
    r.start((d, ctx) => {
      const { shared, sources, due, jobs } = syncsOf(d);
      triggers = new SyncTriggers({
        db: d.db,
        events: d.events,
        hosts: d.hosts,
        external: d.external,
        shared,
        sources,
        due,
        jobs,
        webhookDelay: () => ctx.config.get().webhookDelay,
        log: ctx.log,
      });
    });
    r.stop(() => triggers?.[Symbol.dispose]());
  },
});
