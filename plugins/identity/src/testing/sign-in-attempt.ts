import { randomBytes } from 'node:crypto';
import type { ExternalIdentity, ProviderEntry, SignInAnswer, SignInProvider } from '../api.js';
import { type Fill, ProviderBrowser } from './provider-browser.js';

/** A person who signs in by a provider, step by step, as the plugin `sign-in` lets them: without its cookies and pages. */
export class SignInAttempt {
  readonly browser = new ProviderBrowser();
  readonly entry: ProviderEntry;
  readonly callbackUrl: string;
  readonly state = randomBytes(32).toString('base64url');

  /** @param config as an admin writes it. @throws when it is not what the provider takes. */
  constructor(
    private readonly provider: SignInProvider,
    config: Readonly<Record<string, unknown>>,
    options: { readonly callbackUrl?: string; readonly id?: string } = {},
  ) {
    this.entry = { id: options.id ?? 'test', config: provider.config.strict().parse(config) };
    this.callbackUrl = options.callbackUrl ?? `https://sextant.example/.auth/${provider.type}/callback`;
  }

  async begin(
    signal: AbortSignal = new AbortController().signal,
  ): Promise<{ readonly url: string; readonly keep?: Readonly<Record<string, string>> }> {
    return await this.#redirect.begin(this.entry, { callbackUrl: this.callbackUrl, state: this.state, signal });
  }

  /** What comes back once the person has filled in the provider's pages. */
  async answer(fill?: Fill): Promise<SignInAnswer> {
    const { url, keep } = await this.begin();
    const came = await this.browser.travel(url, this.callbackUrl, fill);
    return { ...came, callbackUrl: this.callbackUrl, state: this.state, kept: keep ?? {}, signal: new AbortController().signal };
  }

  async finish(answer: SignInAnswer): Promise<ExternalIdentity> {
    return await this.#redirect.finish(this.entry, answer);
  }

  async signIn(fill?: Fill): Promise<ExternalIdentity> {
    return await this.finish(await this.answer(fill));
  }

  get #redirect() {
    if (!this.provider.redirect) throw new Error(`${this.provider.type} is no way by redirect`);
    return this.provider.redirect;
  }
}
