import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { serviceDeps } from '../../services.js';
import { storage } from '../../storage/definition.js';

/** Repository records and the wall for commands of other plugins. */
export default definePart(config)({
  deps: serviceDeps,
  register(r) {
    r.storage(storage);
    provideServices(r);
  },
});
