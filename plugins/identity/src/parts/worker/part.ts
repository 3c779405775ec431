import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps } from '../../wiring.js';

/** Runs nothing of its own: who people are is asked by the jobs of others. */
export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
  },
});
