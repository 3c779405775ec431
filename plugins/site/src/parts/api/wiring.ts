import { accessTokenPolicy, auditTrail, organizations, users } from '@sextant/plugin-identity/api';
import { core, type PluginContext, type Resolved } from '@sextant/sdk';
import {
  repositorySources,
  settingsSchemas,
  siteAlerts,
  siteConfigurationSchemas,
  siteConfigurationWarnings,
  systemChecks,
} from '../../api.js';
import type { config } from '../../config.js';
import { Configurations } from '../../configuration/configurations.js';
import { readDeclared } from '../../configuration/read-declared.js';
import { Flags } from '../../flags/flags.js';
import { SettingsCascade } from '../../settings/settings-cascade.js';
import { SiteStore } from '../../storage/site-store.js';

export const deps = {
  db: core.storage,
  secrets: core.secrets,
  events: core.events,
  clock: core.clock,
  process: core.process,
  actor: core.actor,
  plugins: core.plugins,
  authenticators: core.authenticators,
  users,
  organizations,
  accessTokenPolicy,
  audit: auditTrail,
  configurationSchemas: siteConfigurationSchemas,
  configurationWarnings: siteConfigurationWarnings,
  settingsSchemas,
  alerts: siteAlerts,
  checks: systemChecks,
  repositorySources,
  jobs: core.jobs,
  blobs: core.blobs,
} as const;

export type ApiDeps = typeof deps;
export type ApiContext = PluginContext<typeof config>;

/** The objects of the plugin, wired once for each life of its part. */
export interface SiteServices {
  readonly site: SiteStore;
  readonly configurations: Configurations;
  readonly cascade: SettingsCascade;
  readonly flags: Flags;
}

// The kernel resolves the dependencies once for each life of the part, so they are its key.
const lives = new WeakMap<object, SiteServices>();

export function servicesOf(d: Resolved<ApiDeps>, ctx: ApiContext): SiteServices {
  let services = lives.get(d);
  if (!services) {
    const declared = ctx.config.get();
    services = {
      site: new SiteStore(d.db),
      configurations: new Configurations(
        d.db,
        d.secrets,
        d.events,
        d.clock,
        d.configurationSchemas,
        readDeclared(declared.siteConfiguration),
        d.configurationWarnings,
      ),
      cascade: new SettingsCascade(d.db, d.clock, d.organizations, d.settingsSchemas, readDeclared(declared.globalSettings)),
      flags: new Flags(d.db, d.clock, d.organizations, d.actor),
    };
    lives.set(d, services);
  }
  return services;
}
