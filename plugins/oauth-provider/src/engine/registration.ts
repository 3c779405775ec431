import { z } from '@sextant/sdk';
import { DYNAMIC_SCOPES } from '../scopes.js';

const MOST_URIS = 10;
const LONGEST_URI = 2_000;
// Names are shown on the page of consent: nothing that turns the text around, or hides in it.
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cn}]{1,100}$/u;
const GRANTS = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];

/** What counts of a request to register. Everything else is left out: no addresses that we would call, no keys, no algorithms. */
const requested = z.object({
  client_name: z.string().regex(PRINTABLE, 'is not 1 to 100 printable characters').optional(),
  redirect_uris: z.array(z.string().max(LONGEST_URI)).max(MOST_URIS).default([]),
  grant_types: z.array(z.enum(GRANTS)).default(['authorization_code', 'refresh_token']),
  response_types: z.array(z.literal('code')).optional(),
  token_endpoint_auth_method: z.enum(['none', 'client_secret_basic', 'client_secret_post']).default('client_secret_basic'),
  scope: z.string().max(1_000).optional(),
});

/** Of `URL`: a name of this machine. */
export const isLoopback = (hostname: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);

export type Registration =
  | { readonly ok: true; readonly metadata: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: string; readonly description: string };

/** Looks at what a program wants to register itself with. */
export function checkedRegistration(body: unknown): Registration {
  const read = requested.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return invalid('invalid_client_metadata', `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is malformed'}`);
  }
  const { client_name: name, scope, redirect_uris: uris, grant_types: grants, token_endpoint_auth_method: method } = read.data;
  const wrong = uris.find((uri) => !mayBeRedirectedTo(uri));
  if (wrong !== undefined)
    return invalid('invalid_redirect_uri', 'redirect URIs are https, or http to localhost, 127.0.0.1 or [::1]; without fragment and user');
  const byCode = grants.includes('authorization_code');
  if (byCode !== uris.length > 0)
    return invalid('invalid_redirect_uri', 'the grant type authorization_code and redirect URIs come together');
  const scopes = scope === undefined ? DYNAMIC_SCOPES : DYNAMIC_SCOPES.filter((known) => scope.split(' ').includes(known));
  if (scopes.length === 0) return invalid('invalid_client_metadata', 'scope: none of these is given to programs that register themselves');
  return {
    ok: true,
    metadata: {
      ...(name === undefined ? {} : { client_name: name }),
      redirect_uris: uris,
      grant_types: grants,
      response_types: byCode ? ['code'] : [],
      token_endpoint_auth_method: method,
      application_type: uris.every((uri) => new URL(uri).protocol === 'http:') ? 'native' : 'web',
      scope: scopes.join(' '),
    },
  };
}

/** Whether the browser of somebody who has said yes may be sent there with a code. */
export function mayBeRedirectedTo(uri: string): boolean {
  // `https:evil` is another server to us, and a path of this one to a browser that is here.
  if (!URL.canParse(uri) || !/^https?:\/\//i.test(uri) || uri.includes('#') || /[\s\\*\p{Cc}]/u.test(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' ? hostname !== '' : protocol === 'http:' && isLoopback(hostname);
}

const invalid = (error: string, description: string): Registration => ({ ok: false, error, description });
