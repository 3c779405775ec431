import { accounts, actors, auditTrail, users, wrongCredentials } from '@sextant/plugin-identity/api';
import { siteConfiguration } from '@sextant/plugin-site/api';
import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import type { config } from './config.js';
import { ProviderHolder } from './engine/provider-holder.js';
import './errors.js';
import { ClientStore } from './storage/client-store.js';
import { GrantStore } from './storage/grant-store.js';

export const deps = {
  db: core.storage,
  secrets: core.secrets,
  events: core.events,
  clock: core.clock,
  limits: core.limits,
  process: core.process,
  gates: core.gates,
  users,
  actors,
  accounts,
  audit: auditTrail,
  wrong: wrongCredentials,
  siteConfiguration,
} as const;

export type ApiDeps = Resolved<typeof deps>;
export type ApiContext = PluginContext<typeof config>;

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const holders = new WeakMap<object, ProviderHolder>();

export function holderOf(d: ApiDeps, ctx: ApiContext): ProviderHolder {
  let holder = holders.get(d);
  if (!holder) {
    holder = new ProviderHolder({ ...d, clients: new ClientStore(d.db), log: ctx.log, config: () => ctx.config.get() });
    holders.set(d, holder);
  }
  return holder;
}

export const storesOf = ({ db }: Pick<ApiDeps, 'db'>) => ({ clients: new ClientStore(db), grants: new GrantStore(db) });
