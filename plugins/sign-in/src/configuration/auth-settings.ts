import type { SignInProvider } from '@sextant/plugin-identity/api';
import { type SiteConfiguration, siteConfigurationChanged } from '@sextant/plugin-site/api';
import { type Clock, type Contribution, type Events, type Logger, parseDuration } from '@sextant/sdk';
import { type AuthConfiguration, readAuthConfiguration } from './auth-schema.js';
import { parseEntries, type Way } from './provider-entries.js';

/** How people sign in at this moment. */
export interface AuthSettings {
  /** In the order in which they are shown. */
  readonly ways: readonly Way[];
  /** False: nobody is asked to sign in, as on an author's own machine. */
  readonly enabled: boolean;
  /** Milliseconds. */
  readonly sessionExpiry: number;
  /** Milliseconds; undefined: idle sessions stay. */
  readonly maxIdle: number | undefined;
  /** Milliseconds after a sign-in or confirmation that it counts as recent. */
  readonly stepUpPeriod: number;
  readonly configuration: AuthConfiguration;
  /** Every entry is one of {@link ways}. */
  readonly complete: boolean;
}

interface SettingsParts {
  readonly configuration: SiteConfiguration;
  readonly providers: readonly Contribution<SignInProvider>[];
  readonly events: Pick<Events, 'subscribe'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Only this machine can come in. */
  readonly localMode: boolean;
  /** Told of them when they are others than before; not waited for. */
  readonly changed: (settings: AuthSettings) => Promise<void>;
}

/** Milliseconds after which it is read again: the notice of a change may be lost. */
const FRESH = 5_000;
// Where others can come in and nothing is said, people have passwords.
const BY_DEFAULT = [{ type: 'builtin' }];

/** Reads `auth.*`. A change holds at once where its notice arrives, and everywhere within five seconds. */
export class LiveAuthSettings implements Disposable {
  readonly #subscription: Disposable;
  #read: { readonly at: number; readonly settings: Promise<AuthSettings> } | undefined;
  #said = '';
  #told = '';

  constructor(private readonly parts: SettingsParts) {
    this.#subscription = parts.events.subscribe(siteConfigurationChanged, () => {
      this.#read = undefined;
    });
  }

  current(): Promise<AuthSettings> {
    const now = this.parts.clock.now().getTime();
    if (this.#read && Math.abs(now - this.#read.at) < FRESH) return this.#read.settings;
    const read = { at: now, settings: this.#load() };
    this.#read = read;
    read.settings.catch(() => {
      if (this.#read === read) this.#read = undefined;
    });
    return read.settings;
  }

  /** @returns the way of this id, with which people may sign in. */
  async way(id: string): Promise<Way | undefined> {
    return (await this.current()).ways.find((way) => way.id === id);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  async #load(): Promise<AuthSettings> {
    const values = await this.parts.configuration.effective();
    const { configuration, problems } = readAuthConfiguration(values);
    const given = values['auth.providers'];
    const entries = given === undefined && !this.parts.localMode ? BY_DEFAULT : given;
    const read = parseEntries(Array.isArray(entries) ? entries : [], this.parts.providers);
    this.#say([...problems, ...read.problems.map(({ index, message }) => `auth.providers.${index}: ${message}`)]);
    const settings: AuthSettings = {
      ways: read.ways,
      // Not the ways that are right: one that is wrong must not leave the site open.
      enabled: Array.isArray(entries) ? entries.length > 0 : entries !== undefined,
      sessionExpiry: parseDuration(configuration['auth.sessionExpiry']) ?? 0,
      maxIdle: parseDuration(configuration['auth.maxSessionIdleDuration']) || undefined,
      stepUpPeriod: parseDuration(configuration['auth.stepUpPeriod']) ?? 0,
      configuration,
      complete: read.problems.length === 0,
    };
    this.#tell(settings);
    return settings;
  }

  #tell(settings: AuthSettings): void {
    const text = JSON.stringify([settings.complete, settings.ways.map(({ id, groups }) => [id, groups])]);
    if (text === this.#told) return;
    this.#told = text;
    this.parts.changed(settings).catch((error: unknown) => {
      // The next reading tells it again.
      this.#told = '';
      this.parts.log.warn('What the configuration of sign-in has changed to did not take effect everywhere yet.', { error });
    });
  }

  #say(problems: readonly string[]): void {
    const text = problems.join('; ');
    if (text !== '' && text !== this.#said)
      this.parts.log.warn('Parts of auth.* in the site configuration are wrong and left out.', { problems });
    this.#said = text;
  }
}
