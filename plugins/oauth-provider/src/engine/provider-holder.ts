import type { SignIns } from '@sextant/plugin-identity/api';
import type { SiteConfiguration } from '@sextant/plugin-site/api';
import type { Clock, Contribution, Limits } from '@sextant/sdk';
import type { Provider } from 'oidc-provider';
import { insecure } from '../errors.js';
import { corsOrigins, DYNAMIC_REGISTRATION } from '../site-configuration.js';
import { KeyStore } from '../storage/key-store.js';
import type { ProviderParts } from './build-provider.js';
import { gatekeeper } from './gatekeeper.js';
import { isLoopback } from './registration.js';
import { signInUrl } from './sign-in-url.js';

/** Milliseconds after which keys of other processes are known here; they publish a new one long before anybody has to know it. */
const LOOKS_EVERY = 60_000;

export interface HolderParts extends ProviderParts {
  readonly siteConfiguration: SiteConfiguration;
  readonly process: { readonly externalUrl: string };
  readonly clock: Clock;
  readonly limits: Limits;
  readonly signIns: readonly Contribution<SignIns>[];
}

export interface Held {
  readonly callback: ReturnType<Provider['callback']>;
  readonly externalUrl: string;
  readonly dynamicRegistration: boolean;
}

/** The provider as the site has it now: another one when its address, its keys or its configuration are others. */
export class ProviderHolder {
  #held: { readonly made: string; readonly held: Held } | undefined;
  #looked: { readonly at: number; readonly held: Promise<Held> } | undefined;

  constructor(private readonly parts: HolderParts) {}

  current(): Promise<Held> {
    const now = this.parts.clock.monotonic();
    if (this.#looked === undefined || now - this.#looked.at > LOOKS_EVERY) {
      const held = this.#look();
      this.#looked = { at: now, held };
      held.catch(() => this.forget());
    }
    return this.#looked.held;
  }

  /** The configuration is another. */
  forget(): void {
    this.#looked = undefined;
  }

  async #look(): Promise<Held> {
    const { parts } = this;
    const { externalUrl } = parts.process;
    if (!mayCarryTokens(externalUrl)) throw insecure();
    const effective = await parts.siteConfiguration.effective();
    const dynamicRegistration = effective[DYNAMIC_REGISTRATION] === true;
    const origins = corsOrigins(effective);
    const keys = await new KeyStore(parts.db, parts.secrets).all();
    const made = JSON.stringify([externalUrl, dynamicRegistration, [...origins], keys.map(({ kid }) => kid)]);
    if (this.#held?.made !== made) {
      // The library takes half a second to load, which a start need not wait for.
      const { buildProvider } = await import('./build-provider.js');
      const provider = buildProvider(parts, { externalUrl, dynamicRegistration, corsOrigins: origins, keys });
      const prefix = new URL(externalUrl).pathname.replace(/\/$/, '');
      const { db, clients, audit, limits } = parts;
      provider.use(
        gatekeeper({
          provider,
          db,
          clients,
          audit,
          limits,
          prefix,
          signIns: () => parts.signIns[0]?.value,
          signIn: (path, anew) => signInUrl(parts, path, anew),
        }),
      );
      this.#held = { made, held: { callback: provider.callback(), externalUrl, dynamicRegistration } };
    }
    return this.#held.held;
  }
}

function mayCarryTokens(externalUrl: string): boolean {
  const { protocol, hostname } = new URL(externalUrl);
  return protocol === 'https:' || isLoopback(hostname);
}
