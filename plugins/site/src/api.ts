import { defineEvent, extensionPoint, type Operation, serviceToken, z } from '@sextant/sdk';

/** The site configuration: data in the database, JSONC, with a history. Not the configuration of plugins and processes. */
export interface SiteConfiguration {
  /** Parsed, with its secrets; `{}` when nothing was ever written. */
  effective(): Promise<Readonly<Record<string, unknown>>>;
}
export const siteConfiguration = serviceToken<SiteConfiguration>('site.configuration@1');

/** The site configuration has a new version. */
export const siteConfigurationChanged = defineEvent('site.configuration-changed@1', z.object({ id: z.number() }));

/**
 * Keys of the site configuration that a plugin reads. They are checked when it is saved; fields marked as secret are
 * redacted when it is shown. Top-level keys only: `z.object({ 'email.smtp': z.object({ … }) })`.
 */
export const siteConfigurationSchemas = extensionPoint<z.ZodObject>('site.configuration-schemas@1');

/** The settings cascade: defaults < site < organisations < user. */
export interface Settings {
  /** The merged settings of a user, or of nobody in particular. */
  final(userId: number | undefined): Promise<Readonly<Record<string, unknown>>>;
}
export const settings = serviceToken<Settings>('site.settings@1');

/** Keys of the settings that a plugin or its pages read. A default in the schema becomes one of the default settings. */
export const settingsSchemas = extensionPoint<z.ZodObject>('site.settings-schemas@1');

export interface FeatureFlags {
  /** False for a flag that does not exist. */
  enabled(flag: string, userId: number | undefined): Promise<boolean>;
}
export const featureFlags = serviceToken<FeatureFlags>('site.feature-flags@1');

export interface SiteAlert {
  readonly type: 'INFO' | 'WARNING' | 'ERROR';
  /** Markdown. */
  readonly message: string;
  /** A person may hide the alert; clients remember it under this key. Change the key when the alert's cause changes. */
  readonly isDismissibleWithKey?: string;
}
/** What the administrator (and, where `audience` says so, everybody who is signed in) should be told. */
export interface SiteAlertSource {
  readonly audience: 'site-admins' | 'everybody';
  alerts(operation: Operation): Promise<readonly SiteAlert[]>;
}
export const siteAlerts = extensionPoint<SiteAlertSource>('site.alerts@1');
