import { core, type Make, type PluginContext, type Resolved } from '@sextant/sdk';
import type { AuditTrail } from './api.js';
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

// The context is that of one life of the plugin, whatever parts run: they share what waits to be written.
const lives = new WeakMap<object, Identity>();
const madeWith = new WeakMap<object, Identity>();

/** The same in every part whose plugins may write to it. */
export const provideAuditTrail: Make<AuditTrail, typeof deps, typeof config> = (d, ctx) => identityOf(d, ctx).audit;

/** In a probe or a job, which have no context: what the part's start has made. */
export const madeFor = (resolved: object): Identity => madeWith.get(resolved) as Identity;

export function identityOf(resolved: Resolved<typeof deps>, ctx: Pick<PluginContext<typeof config>, 'config' | 'log'>): Identity {
  let identity = lives.get(ctx);
  if (!identity) lives.set(ctx, (identity = wireIdentity(resolved, ctx)));
  madeWith.set(resolved, identity);
  return identity;
}
