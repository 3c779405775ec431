import { gitService } from '@sextant/plugin-git/api';
import type { PluginContext, Resolved } from '@sextant/sdk';
import type { config } from '../../config.js';
import { PooledHighlighter } from '../../pool/pooled-highlighter.js';

export const deps = { git: gitService } as const;
export type Api = Resolved<typeof deps>;

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const lives = new WeakMap<object, PooledHighlighter>();

export function highlighterOf(d: Api, ctx: PluginContext<typeof config>): PooledHighlighter {
  const known = lives.get(d) ?? new PooledHighlighter(() => ctx.config.get(), ctx.log);
  lives.set(d, known);
  return known;
}
