import { clientFailure, clientFetch } from '@sextant/plugin-auth-openid-connect/api';
import type { HostClients } from '@sextant/plugin-code-host/api';
import {
  type ExternalCredential,
  type ExternalIdentity,
  type SignInAnswer,
  type SignInRequest,
  signInRefused,
} from '@sextant/plugin-identity/api';
import { type Clock, type OutboundHttp, Secret, SextantError } from '@sextant/sdk';
import * as client from 'openid-client';
import { hostFailed, unproven } from './errors.js';
import type { AnyOAuthHost, SharedConfig } from './oauth-host.js';

export interface OAuthParts {
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly clients: HostClients;
  readonly clock: Pick<Clock, 'now'>;
}

/** The host says by these that a token is good no longer, or that it was used. */
const OVER = ['invalid_grant', 'bad_refresh_token', 'expired_token'];

export async function begin(
  host: AnyOAuthHost,
  parts: OAuthParts,
  config: SharedConfig,
  { callbackUrl, state, signal }: SignInRequest,
): Promise<{ readonly url: string; readonly keep: Readonly<Record<string, string>> }> {
  // Where the host does not tie the code to the browser, the state alone does.
  const keep: Readonly<Record<string, string>> = host.challenge ? { verifier: client.randomPKCECodeVerifier() } : { state };
  const url = client.buildAuthorizationUrl(clientOf(host, parts, config, signal), {
    redirect_uri: callbackUrl,
    scope: host.scopes(config).join(' '),
    state,
    ...(keep['verifier'] === undefined
      ? {}
      : { code_challenge: await client.calculatePKCECodeChallenge(keep['verifier']), code_challenge_method: 'S256' }),
  });
  return { url: url.href, keep };
}

export async function finish(host: AnyOAuthHost, parts: OAuthParts, config: SharedConfig, answer: SignInAnswer): Promise<ExternalIdentity> {
  const credential = await granted(host, parts, config, answer);
  const identity = await personOf(host, parts, config, credential.accessToken, answer.signal);
  // A token that nobody needs is not kept.
  return config.permissionSync ? { ...identity, credential } : identity;
}

export async function renew(
  host: AnyOAuthHost,
  parts: OAuthParts,
  config: SharedConfig,
  { refreshToken }: ExternalCredential,
  signal: AbortSignal,
): Promise<ExternalCredential> {
  if (refreshToken === undefined) throw signInRefused(`${host.title} gave a token that ends, and nothing to renew it with.`);
  try {
    const tokens = await client.refreshTokenGrant(clientOf(host, parts, config, signal), refreshToken.reveal());
    return credentialOf(tokens, parts.clock.now());
  } catch (error) {
    const { kind, reason, why } = clientFailure(error);
    if (kind === 'refused' && OVER.includes(reason)) throw signInRefused(`${host.title} does not renew the token. ${why}`);
    throw hostFailed(host.title, why);
  }
}

async function granted(host: AnyOAuthHost, parts: OAuthParts, config: SharedConfig, answer: SignInAnswer): Promise<ExternalCredential> {
  const { kept, state, signal } = answer;
  if (!kept) throw unproven(host.title, 'Nobody asked for this sign-in.');
  if (!host.challenge && kept['state'] !== state) throw unproven(host.title, 'It belongs to another sign-in.');
  const url = new URL(answer.callbackUrl);
  url.search = answer.parameters.toString();
  // Hosts write here what they like: the state says which entry was asked, and where the code goes follows from that.
  url.searchParams.delete('iss');
  try {
    const tokens = await client.authorizationCodeGrant(clientOf(host, parts, config, signal), url, {
      expectedState: state,
      ...(host.challenge ? { pkceCodeVerifier: kept['verifier'] ?? '' } : {}),
    });
    return credentialOf(tokens, parts.clock.now());
  } catch (error) {
    const { kind, reason, why } = clientFailure(error);
    if (kind === 'denied' && reason === 'access_denied') throw signInRefused(`${host.title} does not let you in. ${why}`);
    throw kind === 'unreachable' ? hostFailed(host.title, why) : unproven(host.title, why);
  }
}

async function personOf(host: AnyOAuthHost, { clients }: OAuthParts, config: SharedConfig, token: Secret, signal: AbortSignal) {
  try {
    return await host.person(host.api(clients, config, token), config, signal);
  } catch (error) {
    if (SextantError.is(error) && error.code === 'SEXTANT_SIGN_IN_REFUSED') throw error;
    throw hostFailed(host.title, SextantError.is(error) ? (error.why ?? error.what) : 'Its API cannot be asked.');
  }
}

function clientOf(host: AnyOAuthHost, { http }: OAuthParts, config: SharedConfig, signal: AbortSignal): client.Configuration {
  const { authorization, token } = host.endpoints(config);
  const { clientID, clientSecret } = config;
  const authenticate = host.authentication === 'basic' ? client.ClientSecretBasic : client.ClientSecretPost;
  const made = new client.Configuration(
    { issuer: new URL(authorization).origin, authorization_endpoint: authorization, token_endpoint: token },
    clientID,
    {},
    authenticate(clientSecret.reveal()),
  );
  const fetch = clientFetch(http, { signal });
  made[client.customFetch] = async (url, options) => refusal(await fetch(url, options));
  made.timeout = 10;
  if (token.startsWith('http:')) client.allowInsecureRequests(made);
  return made;
}

/** GitHub says no with the status of a success. */
async function refusal(answer: Response): Promise<Response> {
  if (answer.status !== 200) return answer;
  const text = await answer.text();
  const isRefusal = /^\s*\{/.test(text) && /"error"\s*:/.test(text) && !/"access_token"\s*:/.test(text);
  return new Response(text, { status: isRefusal ? 400 : 200, headers: { 'content-type': answer.headers.get('content-type') ?? '' } });
}

function credentialOf(tokens: client.TokenEndpointResponse, now: Date): ExternalCredential {
  const { access_token, refresh_token, expires_in } = tokens;
  return {
    accessToken: new Secret(access_token),
    ...(refresh_token === undefined ? {} : { refreshToken: new Secret(refresh_token) }),
    ...(expires_in === undefined ? {} : { expiresAt: new Date(now.getTime() + expires_in * 1_000) }),
  };
}
