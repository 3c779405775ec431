import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import { AccessRequests } from './access-requests/access-requests.js';
import { accountMail, accountPolicy, credentialRenewal, passwordLinks, permissions } from './api.js';
import type { config } from './config.js';
import { type Identity, type IdentityDeps, wireIdentity } from './identity.js';

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
  acts: core.acts,
  renewals: credentialRenewal,
  passwordLinks,
  permissions,
  mail: accountMail,
  policies: accountPolicy,
} as const;

export type Deps = typeof deps;
export type Context = PluginContext<typeof config>;

// The context is that of one life of the plugin, whatever parts run: they share what waits to be written.
const lives = new WeakMap<object, Identity>();
const madeWith = new WeakMap<object, Identity>();

/** In a probe or a job, which have no context: what the part's start has made. */
export const madeFor = (resolved: object): Identity => madeWith.get(resolved) as Identity;

export function identityOf(resolved: IdentityDeps, ctx: Pick<Context, 'config' | 'log'>): Identity {
  let identity = lives.get(ctx);
  if (!identity) lives.set(ctx, (identity = wireIdentity(resolved, ctx)));
  madeWith.set(resolved, identity);
  return identity;
}

/** They are limited, as what serves people is: a command needs none of them. */
export const accessRequestsOf = ({ db, clock, limits, policies }: Resolved<Deps>): AccessRequests =>
  new AccessRequests(db, clock, limits, async () => (await policies[0]?.value.takesAccessRequests()) ?? true);
