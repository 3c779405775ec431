import { gitService } from '@sextant/plugin-git/api';
import { definePart } from '@sextant/sdk';
import { highlighter } from './api.js';
import { config } from './config.js';
import { PooledHighlighter } from './pool/pooled-highlighter.js';

export default definePart(config)({
  deps: { git: gitService },
  create({ git }, ctx) {
    const pool = new PooledHighlighter(() => ctx.config.get(), ctx.log);
    return { git, pool, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() };
  },
  register(r) {
    r.provide(highlighter, ({ pool }) => pool);
    r.graphql(() => import('./graphql.js'));
  },
});
