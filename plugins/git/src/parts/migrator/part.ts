import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { gitStorage } from '../../storage/git-storage.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.storage(gitStorage);
  },
});
