import type { HostClient, HostClients } from '@sextant/plugin-code-host/api';
import type { ExternalIdentity } from '@sextant/plugin-identity/api';
import { type Secret, secret, type z as Zod, z } from '@sextant/sdk';

/** Where a code host takes part in OAuth. All of it follows from the entry: nothing that the host answers says where a secret goes. */
export interface OAuthEndpoints {
  /** Of the page. */
  readonly authorization: string;
  readonly token: string;
}

/** One kind of code host by which people sign in. */
export interface OAuthHost<S extends Zod.ZodObject> {
  /** As in `auth.providers`. */
  readonly type: string;
  readonly title: string;
  /** As the kind of code host has it, so that an account here is the one whose permissions are known there. */
  readonly serviceType: string;
  readonly config: S;
  endpoints(config: Zod.output<S>): OAuthEndpoints;
  /** As few as are needed, and none that may write where there is one that may not. */
  scopes(config: Zod.output<S>): readonly string[];
  /** How the client proves itself. */
  readonly authentication: 'basic' | 'post';
  /** Whether the host keeps the code to the browser that began (RFC 7636). */
  readonly challenge: boolean;
  /** The host's API in the person's name. */
  api(clients: HostClients, config: Zod.output<S>, token: Secret): HostClient;
  /**
   * Who the person is, once the entry's gates let them in.
   * @throws SEXTANT_SIGN_IN_REFUSED
   */
  person(api: HostClient, config: Zod.output<S>, signal: AbortSignal): Promise<Omit<ExternalIdentity, 'credential'>>;
}

/** One whose own keys do not matter. */
// biome-ignore lint/suspicious/noExplicitAny: the host's own schema types its entries
export type AnyOAuthHost = OAuthHost<any>;

const sharedKeys = {
  clientID: z.string().min(1).describe('Of the application that is registered at the host'),
  clientSecret: secret().describe('Of the application'),
  permissionSync: z
    .boolean()
    .default(false)
    .describe(
      'Whether the host is asked, in the person’s name, what they may read. Their token is kept for that, and asked for with the scopes that it takes',
    ),
};
/** What an entry of any code host has. */
export interface SharedConfig {
  /** With a slash at its end. */
  readonly url: string;
  readonly clientID: string;
  readonly clientSecret: Secret;
  readonly permissionSync: boolean;
}

/** The keys of an entry: those of all code hosts, and the host's own. */
export const oauthConfig = <K extends Readonly<Record<string, Zod.ZodType>>>(keys: K) => z.object({ ...sharedKeys, ...keys });

export const trustEmails = () =>
  z
    .boolean()
    .default(false)
    .describe(
      'Whether addresses of mail count as proved, so that they lead to the users who have them. Only where nobody can write there what they like',
    );

export const readGroups = (what: string) =>
  z.boolean().default(false).describe(`Whether ${what} are asked for although nothing is gated by them, for "groups" of the entry`);

/** The address of a picture; anything else is none. */
export const picture = () =>
  z
    .url({ protocol: /^https?$/ })
    .nullish()
    .catch(undefined);

/** Whether one of the names is in the list, in any case of letters. */
export function hasOneOf(list: readonly string[], names: readonly string[]): boolean {
  const known = new Set(list.map((name) => name.toLowerCase()));
  return names.some((name) => known.has(name.toLowerCase()));
}
