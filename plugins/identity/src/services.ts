import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import type { config } from './config.js';
import { type Identity, wireIdentity } from './identity.js';

/** What every part of the plugin is built on. */
export const deps = {
  db: core.storage,
  events: core.events,
  clock: core.clock,
  secrets: core.secrets,
  actors: core.actor,
  acts: core.acts,
} as const;

// The kernel resolves the dependencies once for each life of a part, so they are its key.
const lives = new WeakMap<object, Identity>();

/** In a probe or a job, which have no context: what the part's start has made. */
export const madeFor = (resolved: object): Identity => lives.get(resolved) as Identity;

export function identityOf(resolved: Resolved<typeof deps>, ctx: Pick<PluginContext<typeof config>, 'config' | 'log'>): Identity {
  let identity = lives.get(resolved);
  if (!identity) lives.set(resolved, (identity = wireIdentity(resolved, ctx)));
  return identity;
}
