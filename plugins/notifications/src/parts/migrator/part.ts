import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { storage } from '../../storage/definition.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.storage(storage);
  },
});
