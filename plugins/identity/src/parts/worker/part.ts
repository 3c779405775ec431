import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { applyGroups } from '../../groups/jobs.js';
import { wireIdentity } from '../../identity.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps } from '../../wiring.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    r.job(applyGroups, (_payload, d, job) =>
      wireIdentity(d, { config: { get: () => job.config }, log: job.log }).groups.applyToAll(job.signal),
    );
    r.start(async (d, ctx) => {
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
