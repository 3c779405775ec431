import { type Actor, defineEvent, extensionPoint, type Operation, serviceToken, z } from '@sextant/sdk';

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

/** Something in the site configuration that is well-formed and unwise all the same, mostly for what another key says. */
export interface ConfigurationWarning {
  /** The top-level key that it is told at. */
  readonly key: string;
  /** What is so, in a sentence. */
  readonly what: string;
  /** What may come of it. */
  readonly why: string;
  readonly fix: string;
}
/** Looks at the configuration in force. What it finds stands in `validationMessages` and in the doctor's answer, and hinders no save. */
export interface ConfigurationWarnings {
  about(effective: Readonly<Record<string, unknown>>): Promise<readonly ConfigurationWarning[]>;
}
export const siteConfigurationWarnings = extensionPoint<ConfigurationWarnings>('site.configuration-warnings@1');

/** Where repositories come from: for the question whether an admin has set up any. */
export interface RepositorySource {
  /** True when it gives repositories, or would once they are there. */
  isConfigured(): Promise<boolean>;
}
export const repositorySources = extensionPoint<RepositorySource>('site.repository-sources@1');

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

/** A mend that is safe and mechanical: it loses nothing, and may be done twice. What needs a decision is only described, in `fix`. */
export interface Mend {
  /** Tells it from the check's others, and is the same for the same trouble: an admin decides on it, and then it is looked for again. */
  readonly id: string;
  /** What it does, in a sentence that names its object. */
  readonly does: string;
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** What a check found about one thing. Never a secret. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  /** What is so, in a sentence. */
  readonly what: string;
  readonly why?: string | undefined;
  /** One of the table of error codes, whose `fix` stands where there is none here. */
  readonly code?: string | undefined;
  readonly fix?: string | undefined;
  readonly mend?: Mend | undefined;
}

/**
 * Looks at one part of the installation when an admin asks. It may call other servers and take some seconds: what is watched all the time is a health
 * probe, whose answer is the plugin's state and is told beside the checks.
 */
export interface SystemCheck {
  /** Kebab-case, unique within the plugin. */
  readonly name: string;
  /** Many findings of one sort are bounded by who makes them. A throw is a finding. @param actor the site admin who asks */
  run(options: { readonly actor: Actor; readonly signal: AbortSignal }): Promise<readonly Finding[]>;
}
export const systemChecks = extensionPoint<SystemCheck>('site.checks@1');
