import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { identityStorage } from '../../storage/identity-storage.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.storage(identityStorage);
  },
});
