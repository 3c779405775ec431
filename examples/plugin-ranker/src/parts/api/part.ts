import { rankers } from '@sextant/plugin-search/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { quietFoldersRanker } from '../../quiet-folders-ranker.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.contribute(rankers, (_deps, ctx) => quietFoldersRanker(() => ctx.config.get()));
  },
});
