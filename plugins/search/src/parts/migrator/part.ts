import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { searchStorage } from '../../storage/search-storage.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.storage(searchStorage);
  },
});
