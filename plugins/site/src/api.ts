import { extensionPoint, type Operation, serviceToken } from '@sextant/sdk';

/** The site configuration: data in the database, JSONC, with a history. Not the configuration of plugins and processes. */
export interface SiteConfiguration {
  /** Parsed; `{}` when nothing was ever written. */
  effective(): Promise<Readonly<Record<string, unknown>>>;
}
export const siteConfiguration = serviceToken<SiteConfiguration>('site.configuration@1');

/** The settings cascade: site defaults < organisations < user. */
export interface Settings {
  /** The merged settings of a user, or of nobody in particular. */
  final(userId: number | undefined): Promise<Readonly<Record<string, unknown>>>;
}
export const settings = serviceToken<Settings>('site.settings@1');

export interface FeatureFlags {
  enabled(flag: string, userId: number | undefined): Promise<boolean>;
}
export const featureFlags = serviceToken<FeatureFlags>('site.feature-flags@1');

export interface SiteAlert {
  readonly type: 'INFO' | 'WARNING' | 'ERROR';
  /** Markdown. */
  readonly message: string;
}
/** What the administrator (and, where `audience` says so, everybody) should be told. */
export interface SiteAlertSource {
  readonly audience: 'site-admins' | 'everybody';
  alerts(operation: Operation): Promise<readonly SiteAlert[]>;
}
export const siteAlerts = extensionPoint<SiteAlertSource>('site.alerts@1');
