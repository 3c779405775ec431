import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import { AccessRequests } from './access-requests/access-requests.js';
import { accountMail, credentialRenewal, passwordLinks, permissions } from './api.js';
import type { config } from './config.js';
import { type Identity, wireIdentity } from './identity.js';

/** What every part of the plugin that serves others is built on. */
export const deps = {
  db: core.storage,
  events: core.events,
  clock: core.clock,
  secrets: core.secrets,
  jobs: core.jobs,
  limits: core.limits,
  actor: core.actor,
  process: core.process,
  renewals: credentialRenewal,
  passwordLinks,
  permissions,
  mail: accountMail,
} as const;

export type Deps = typeof deps;
export type Context = PluginContext<typeof config>;

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const lives = new WeakMap<object, Identity>();

export function identityOf(resolved: Resolved<Deps>, ctx: Context): Identity {
  let identity = lives.get(resolved);
  if (!identity) lives.set(resolved, (identity = wireIdentity(resolved, ctx)));
  return identity;
}

/** They are limited, as what serves people is: a command needs none of them. */
export const accessRequestsOf = ({ db, clock, limits }: Resolved<Deps>, ctx: Context): AccessRequests =>
  new AccessRequests(db, clock, limits, () => ctx.config.get().accessRequests);
