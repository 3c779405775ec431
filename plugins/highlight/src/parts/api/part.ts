import { definePart } from '@sextant/sdk';
import { highlighter } from '../../api.js';
import { config } from '../../config.js';
import { deps, highlighterOf } from './wiring.js';

export default definePart(config)({
  deps,
  register(r) {
    r.provide(highlighter, highlighterOf);
    r.graphql(() => import('./graphql.js'));
    r.stop((d, ctx) => highlighterOf(d, ctx)[Symbol.asyncDispose]());
  },
});
