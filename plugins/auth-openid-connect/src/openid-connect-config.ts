import { duration, secret, z } from '@sextant/sdk';

/** Written by the flow itself. */
const RESERVED =
  /^(?:client_id|client_secret|redirect_uri|response_type|response_mode|scope|state|nonce|code_challenge|code_challenge_method|request|request_uri)$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const issuer = z
  .url({ protocol: /^https?$/ })
  .refine(isPrivate, 'must begin with https://')
  .refine((text) => !URL.canParse(text) || new URL(text).search + new URL(text).hash === '', 'must have no query')
  .transform((text) => text.replace(/\/\.well-known\/openid-configuration$/, ''));

/** Keys and defaults are the field's, as far as it has them. */
export const openidConnectConfig = z.object({
  issuer: issuer.describe('Address of the provider, as its discovery document says it: https://login.example.com/realms/main'),
  clientID: z.string().min(1).describe('Of the client that is registered at the provider'),
  clientSecret: secret().optional().describe('Of the client; none for a public client, which PKCE protects'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be the name of a scope'))
    .default(['openid', 'profile', 'email'])
    .refine((scopes) => scopes.includes('openid'), 'must have "openid"')
    .describe('What is asked for'),
  requireEmailDomain: z
    .string()
    .regex(/^[^@\s]+$/, 'must be a domain, without @')
    .optional()
    .describe('Only people with a proved address of this domain come in'),
  allowGroups: z.array(z.string().min(1)).optional().describe('Only people of one of these groups come in'),
  groupsClaimName: z.string().min(1).default('groups').describe('The claim that has the groups of a person'),
  usernameClaimNames: z
    .array(z.string().min(1))
    .default(['preferred_username', 'nickname'])
    .describe('Claims by which a new user is named, the first that there is; else the address of mail up to its @'),
  apiPermissionsAuthorizationParameters: z
    .record(
      z.string().refine((name) => !RESERVED.test(name), 'is written by the sign-in itself'),
      z.string(),
    )
    .default({})
    .describe('More parameters for the page of the provider, such as { "prompt": "select_account" } or { "hd": "example.com" }'),
  trustEmails: z
    .boolean()
    .default(false)
    .describe(
      'Whether addresses of mail count as proved although the provider does not say so. Only where nobody can write there what they like',
    ),
  logout: z
    .boolean()
    .default(false)
    .describe(
      'Who signs out here is signed out at the provider too, and the other way round where the provider tells us. Keeps the ID token, sealed',
    ),
  clockTolerance: duration().default(60_000).describe('How far the clocks of the provider and of this server may be apart'),
});
export type OpenidConnectConfig = z.output<typeof openidConnectConfig>;

/** Unencrypted within this machine alone: the secret of the client and the tokens go there. */
function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}
