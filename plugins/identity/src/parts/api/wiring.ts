import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import type { config } from '../../config.js';
import { type Identity, wireIdentity } from '../../identity.js';

export const deps = {
  db: core.storage,
  events: core.events,
  clock: core.clock,
  limits: core.limits,
  process: core.process,
} as const;

export type ApiDeps = typeof deps;
export type ApiContext = PluginContext<typeof config>;

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const lives = new WeakMap<object, Identity>();

export function identityOf(resolved: Resolved<ApiDeps>, ctx: ApiContext): Identity {
  let identity = lives.get(resolved);
  if (!identity) lives.set(resolved, (identity = wireIdentity(resolved, ctx)));
  return identity;
}
