import {
  type ExternalIdentity,
  type ProviderEntry,
  type SignInAnswer,
  type SignInRequest,
  signInRefused,
} from '@sextant/plugin-identity/api';
import { type Logger, Secret, SextantError } from '@sextant/sdk';
import * as client from 'openid-client';
import { areShort, type Claims, hasGroupsElsewhere, identityOf, joined } from './claims.js';
import { clientFailure } from './client-failure.js';
import './errors.js';
import type { OpenidConnectConfig } from './openid-connect-config.js';
import { namesOf } from './openid-connect-logout.js';
import { type ClientParts, providerClient } from './provider-client.js';

export type OpenidConnectParts = ClientParts & { readonly log: Pick<Logger, 'warn'> };

/** By authorization code, with PKCE, state and nonce. */
export async function begin(
  parts: OpenidConnectParts,
  { config }: ProviderEntry<OpenidConnectConfig>,
  { callbackUrl, state, signal, anew = false }: SignInRequest,
): Promise<{ readonly url: string; readonly keep: Readonly<Record<string, string>> }> {
  const asked = await clientOf(parts, config, signal);
  const verifier = client.randomPKCECodeVerifier();
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(asked, {
    ...config.apiPermissionsAuthorizationParameters,
    ...(anew ? { prompt: 'login' } : {}),
    redirect_uri: callbackUrl,
    scope: [...new Set(config.scopes)].join(' '),
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { url: url.href, keep: { verifier, nonce } };
}

/** By an ID token whose signature is checked. */
export async function finish(
  parts: OpenidConnectParts,
  { id, config }: ProviderEntry<OpenidConnectConfig>,
  answer: SignInAnswer,
): Promise<ExternalIdentity> {
  const { claims, idToken } = await told(config, () => claimsOf(parts, config, answer));
  if (hasGroupsElsewhere(claims, config))
    parts.log.warn('a person is in more groups than the provider writes into its token, and counts as in none', { provider: id });
  const identity = identityOf(claims, config);
  return config.logout ? { ...identity, session: { names: namesOf(claims), kept: new Secret(idToken) } } : identity;
}

async function claimsOf(
  parts: ClientParts,
  config: OpenidConnectConfig,
  answer: SignInAnswer,
): Promise<{ readonly claims: Claims; readonly idToken: string }> {
  const { verifier, nonce } = answer.kept ?? {};
  if (verifier === undefined || nonce === undefined) throw unproven(config, 'Nobody asked for this sign-in.');
  const asked = await clientOf(parts, config, answer.signal);
  const url = new URL(answer.callbackUrl);
  url.search = answer.parameters.toString();
  const tokens = await client.authorizationCodeGrant(asked, url, {
    expectedState: answer.state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const claims: Claims | undefined = tokens.claims();
  const { id_token: idToken } = tokens;
  if (claims === undefined || idToken === undefined) throw unproven(config, 'There is no ID token.');
  if (!areShort(claims, config) || asked.serverMetadata().userinfo_endpoint === undefined) return { claims, idToken };
  return { claims: joined(claims, await client.fetchUserInfo(asked, tokens.access_token, claims.sub)), idToken };
}

async function clientOf(parts: ClientParts, config: OpenidConnectConfig, signal: AbortSignal): Promise<client.Configuration> {
  try {
    return await providerClient(parts, config, signal);
  } catch (error) {
    throw noProvider(config, clientFailure(error).why);
  }
}

/** Runs a step with the provider, and says in our words how it failed. */
async function told<T>(config: OpenidConnectConfig, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (SextantError.is(error) && error.code.startsWith('SEXTANT_OPENID_CONNECT_')) throw error;
    const { kind, reason, why } = clientFailure(error);
    if (kind === 'denied' && reason === 'access_denied') throw signInRefused(`The provider does not let you in. ${why}`);
    throw kind === 'unreachable' ? noProvider(config, why) : unproven(config, why);
  }
}

const noProvider = ({ issuer }: OpenidConnectConfig, why: string): SextantError =>
  new SextantError('SEXTANT_OPENID_CONNECT_PROVIDER', {
    what: `The OpenID Connect provider ${issuer} does not answer as one.`,
    why,
    fix: 'Check "issuer" of the entry in auth.providers, and that this server reaches it.',
  });

const unproven = ({ issuer }: OpenidConnectConfig, why: string): SextantError =>
  new SextantError('SEXTANT_OPENID_CONNECT_ANSWER', {
    what: `What came back from ${issuer} does not prove who signed in.`,
    why,
    fix: 'Sign in once more; when it happens again, check the entry in auth.providers against the client at the provider.',
  });
