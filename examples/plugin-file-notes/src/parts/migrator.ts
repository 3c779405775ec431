import { definePart } from '@sextant/sdk';
import { storage } from '../storage.js';

export default definePart()({
  deps: {},
  register(r) {
    r.storage(storage);
  },
});
