import { definePart } from '@sextant/sdk';
import { auditTrail } from '../../api.js';
import { config } from '../../config.js';
import { deps, identityOf, madeFor, provideAuditTrail } from '../../services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { cutAuditLog } from './cut-audit-log-job.js';

const HOUR = 3_600_000;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    r.provide(auditTrail, provideAuditTrail);
    r.start((d, ctx) => void identityOf(d, ctx));
    r.stop((d, ctx) => identityOf(d, ctx).audit.close());
    r.job(cutAuditLog, async (_payload, d, job) => {
      const { keepFor } = job.config.audit;
      if (keepFor === undefined) return;
      const entries = await madeFor(d).auditReader.cut(new Date(d.clock.now().getTime() - keepFor));
      if (entries > 0) job.log.info('cut the old part of the audit log', { entries });
    });
    r.schedule({ id: 'cut-audit-log', every: HOUR, job: cutAuditLog });
  },
});
