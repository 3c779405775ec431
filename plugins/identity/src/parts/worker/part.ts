import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { applyGroups } from '../../groups/jobs.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps, identityOf, madeFor } from '../../wiring.js';
import { cutAuditLog } from './cut-audit-log-job.js';

const HOUR = 3_600_000;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    r.job(applyGroups, (_payload, d, job) => madeFor(d).groups.applyToAll(job.signal));
    r.job(cutAuditLog, async (_payload, d, job) => {
      const { keepFor } = job.config.audit;
      if (keepFor === undefined) return;
      const entries = await madeFor(d).auditReader.cut(new Date(d.clock.now().getTime() - keepFor));
      if (entries > 0) job.log.info('cut the old part of the audit log', { entries });
    });
    r.schedule({ id: 'cut-audit-log', every: HOUR, job: cutAuditLog });
    r.stop((d, ctx) => identityOf(d, ctx).audit.close());
    r.start(async (d, ctx) => {
      identityOf(d, ctx);
      const soon = (): Promise<string> => d.jobs.enqueue(applyGroups, {}, { key: 'all' });
      const subscription = ctx.config.onChange((next, previous) => {
        if (JSON.stringify(next.groups) !== JSON.stringify(previous.groups))
          void soon().catch((error) => ctx.log.warn('What groups give is applied at the next start', { error }));
      });
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
      // The configuration may be another than when it ran last.
      await soon();
    });
  },
});
