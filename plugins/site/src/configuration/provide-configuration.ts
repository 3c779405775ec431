import { core, type Make } from '@sextant/sdk';
import { type SiteConfiguration, siteConfigurationSchemas } from '../api.js';
import type { config } from '../config.js';
import { Configurations } from './configurations.js';
import { readDeclared } from './read-declared.js';

export const configurationDeps = {
  db: core.storage,
  secrets: core.secrets,
  events: core.events,
  clock: core.clock,
  configurationSchemas: siteConfigurationSchemas,
} as const;

/** The same in the part that answers people and in that whose jobs read it. */
export const provideConfiguration: Make<SiteConfiguration, typeof configurationDeps, typeof config> = (d, ctx) =>
  new Configurations(d.db, d.secrets, d.events, d.clock, d.configurationSchemas, readDeclared(ctx.config.get().siteConfiguration));
