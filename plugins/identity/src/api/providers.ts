import { type Credentials, extensionPoint, type Secret, SextantError, type z } from '@sextant/sdk';
import '../identity-errors.js';

/** One entry of the site configuration's `auth.providers`, as its provider sees it. */
export interface ProviderEntry<C = unknown> {
  /** The entry's `configID`, or one made of its type and service. Stable, safe in URLs. */
  readonly id: string;
  /** What the provider's own schema made of the entry; secrets are {@link Secret}. */
  readonly config: C;
}

/** Where a person comes back to, and what the provider may need on the way. */
export interface SignInRequest {
  /** Absolute; the one that is registered at the provider. */
  readonly callbackUrl: string;
  /**
   * Ours: ties the answer to the browser that asked. Unguessable, used once. It comes back as the parameter `state` or `RelayState`, and is proved before
   * `finish` is asked; whatever else ties the answer to the request, such as a challenge, is the provider's, by `keep`.
   */
  readonly state: string;
  readonly signal: AbortSignal;
  /** The person is to prove anew who they are, also where the provider remembers them. A provider that cannot ask for that leaves it out. */
  readonly anew?: boolean;
}

/** What the provider sent back through the browser. Nothing of it is to be believed before it is proved. */
export interface SignInAnswer extends SignInRequest {
  readonly method: 'GET' | 'POST';
  /** The query's, or those of the posted form. */
  readonly parameters: URLSearchParams;
  /** What `begin` asked to keep; undefined for an answer that nobody asked for. */
  readonly kept: Readonly<Record<string, string>> | undefined;
}

/** What an account at a provider lets us do in its name. */
export interface ExternalCredential {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly expiresAt?: Date;
}

/** A person, as a provider knows them, proved. */
export interface ExternalIdentity {
  /** The provider's own id of the account: it survives a change of name, and is never given to somebody else. */
  readonly accountId: string;
  /** What a new user is named after; made fit and unique by whoever takes it. */
  readonly username: string;
  readonly displayName?: string;
  readonly avatarUrl?: string;
  /** `verified` only where the provider says that it has proved the address. */
  readonly emails: readonly { readonly address: string; readonly verified: boolean }[];
  /** All groups of the person that the provider tells of; absent: it tells of none, and those that are known stay. */
  readonly groups?: readonly string[];
  readonly credential?: ExternalCredential;
  /** Where the entry says that signing out here is signing out there, too. */
  readonly session?: ProviderSession;
  /**
   * What proved it, where that can be brought again, such as an assertion of SAML: it counts once, in whatever process. `id` is unique among those of the entry;
   * `until`, when nobody takes it any more.
   */
  readonly proof?: { readonly id: string; readonly until: Date };
}

/** A person's session at a provider, which ends together with ours. */
export interface ProviderSession {
  /** By which the provider names it, or all of the person's, when it tells that they end. */
  readonly names: readonly string[];
  /** What {@link ProviderLogout.begin} needs; kept sealed. */
  readonly kept: Secret;
}

/** Ends sessions here and at a provider together. */
export interface ProviderLogout<C> {
  /**
   * Where the browser of somebody who has signed out goes to do so at the provider; it comes back to `logoutUrl`, ours, which is registered there.
   * Undefined: the provider has no such place.
   */
  begin(
    entry: ProviderEntry<C>,
    ended: { readonly kept: Secret; readonly logoutUrl: string; readonly signal: AbortSignal },
  ): Promise<string | undefined>;
  /**
   * Proves what was posted to `logoutUrl`: that the provider ends the sessions of these names. `goOn`: where a browser that brought it goes next.
   * @throws when it proves nothing.
   */
  finish(
    entry: ProviderEntry<C>,
    told: { readonly parameters: URLSearchParams; readonly logoutUrl: string; readonly signal: AbortSignal },
  ): Promise<{ readonly names: readonly string[]; readonly goOn?: string }>;
}

/**
 * A way to sign in, of one type: `openidconnect`, `github`, … Each entry of that type in `auth.providers` is one use of it. A way is by redirect, or by
 * what a proxy in front of Sextant says in each request.
 */
// biome-ignore lint/suspicious/noExplicitAny: the provider's own schema types its entries
export interface SignInProvider<S extends z.ZodObject = any> {
  /** As `type` in the site configuration, and in the paths `/.auth/<type>/…`: lower-case letters and digits. */
  readonly type: string;
  readonly title: string;
  /** The entry's own keys. `type`, `displayName`, `displayPrefix`, `hidden`, `noSignIn`, `order`, `configID`, `allowSignup`, `groups` are everybody's and not among them. */
  readonly config: S;
  /** Whose accounts they are. For a code host the type and id that its connections have, so that an account here is the one whose permissions are known there. */
  service(config: z.output<S>): { readonly type: string; readonly id: string };
  /** As the audit log calls what comes of it. Default: `auth.provider`. */
  readonly auditedAs?: `auth.${string}`;
  /** People there do not choose their names, as those of a directory do not. Absent: they may. */
  readonly namesAreGiven?: boolean;
  readonly redirect?: RedirectSignIn<z.output<S>>;
  /** Undefined: the request says nothing. @throws when it says something that may not be believed. */
  readonly identify?: (entry: ProviderEntry<z.output<S>>, credentials: Credentials) => Promise<ExternalIdentity | undefined>;
}

export interface RedirectSignIn<C> {
  /** Where the browser goes. `keep` is handed to `finish`; it is sealed on the way and bound to the browser. */
  begin(
    entry: ProviderEntry<C>,
    request: SignInRequest,
  ): Promise<{ readonly url: string; readonly keep?: Readonly<Record<string, string>> }>;
  /**
   * Proves the answer, and that this person may come in by the entry's own gates (organisations, groups, domains).
   * @throws SEXTANT_SIGN_IN_REFUSED, from {@link signInRefused}, with words for the person. Anything else is told as "the provider failed" and logged: a
   * coded error, so that admins read what to do, and without a secret.
   */
  finish(entry: ProviderEntry<C>, answer: SignInAnswer): Promise<ExternalIdentity>;
  /** Whether an answer that nobody asked for is taken (SAML's "IdP-initiated"). Default: no. */
  readonly unsolicited?: (config: C) => boolean;
  /** What the other side is configured with, served at `/.auth/<type>/metadata`. */
  readonly metadata?: (
    entry: ProviderEntry<C>,
    urls: { readonly callbackUrl: string; readonly externalUrl: string },
  ) => Promise<{
    readonly contentType: string;
    readonly body: string;
  }>;
  readonly logout?: ProviderLogout<C>;
  /** A new credential for one that has expired or soon will. A throw that is SEXTANT_SIGN_IN_REFUSED means that the person must sign in again. */
  readonly renew?: (entry: ProviderEntry<C>, credential: ExternalCredential, signal: AbortSignal) => Promise<ExternalCredential>;
}

/** The ways in which people sign in. Used by the plugin `sign-in`. */
export const signInProviders = extensionPoint<SignInProvider>('identity.providers@1');

/** A person who has proved who they are and may not come in all the same. `why` is shown to them. */
export const signInRefused = (why: string): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_REFUSED', {
    what: 'You cannot sign in this way.',
    why,
    fix: 'Sign in another way, or ask a site admin.',
  });
