import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { serviceDeps } from '../../services.js';
import { storage } from '../../storage/definition.js';

/** Repository records for the processes that build indexes. */
export default definePart(config)({
  deps: serviceDeps,
  register(r) {
    r.storage(storage);
    provideServices(r);
  },
});
