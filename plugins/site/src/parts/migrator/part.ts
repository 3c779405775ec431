import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { siteStorage } from '../../storage/site-storage.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.storage(siteStorage);
  },
});
