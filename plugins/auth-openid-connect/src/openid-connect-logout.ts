import type { ProviderEntry, ProviderLogout } from '@sextant/plugin-identity/api';
import { type Limits, z } from '@sextant/sdk';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { clientFetch } from './client-fetch.js';
import type { OpenidConnectConfig } from './openid-connect-config.js';
import { type ClientParts, providerClient } from './provider-client.js';

export type LogoutParts = ClientParts & { readonly limits: Limits };

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** As those of ID tokens: nothing that the client's own secret could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Seconds that a logout token is taken for, at most. */
const MOST_AGE = 600;

const logoutToken = z.object({
  jti: z.string().min(1).max(1_000),
  sub: z.string().optional(),
  sid: z.string().optional(),
  events: z.looseObject({ [EVENT]: z.looseObject({}) }),
  // One of an ID token: who has that must not end sessions by it.
  nonce: z.undefined().optional(),
});

/** By what a provider names the sessions of somebody: this one, or all. */
export function namesOf({ sub, sid }: { readonly sub?: unknown; readonly sid?: unknown }): readonly string[] {
  return [...(typeof sid === 'string' ? [`sid ${sid}`] : []), ...(typeof sub === 'string' ? [`sub ${sub}`] : [])];
}

type Logout = ProviderLogout<OpenidConnectConfig>;
type Entry = ProviderEntry<OpenidConnectConfig>;

/** RP-initiated logout. */
export async function begin(
  parts: LogoutParts,
  { config }: Entry,
  { kept, logoutUrl, signal }: Parameters<Logout['begin']>[1],
): ReturnType<Logout['begin']> {
  const asked = await providerClient(parts, config, signal);
  if (!config.logout || asked.serverMetadata().end_session_endpoint === undefined) return undefined;
  return client.buildEndSessionUrl(asked, { id_token_hint: kept.reveal(), post_logout_redirect_uri: logoutUrl }).href;
}

/** Back-channel logout: the provider's server posts a token that it has signed. */
export async function finish(
  parts: LogoutParts,
  { config }: Entry,
  { parameters, signal }: Parameters<Logout['finish']>[1],
): ReturnType<Logout['finish']> {
  const [token, second] = parameters.getAll('logout_token');
  if (!config.logout || token === undefined || second !== undefined) throw new Error('There is no logout token, once.');
  // Of another entry, or of nobody: no keys are fetched for it.
  if (decodeJwt(token).iss !== config.issuer) throw new Error('It is of another issuer.');
  const server = (await providerClient(parts, config, signal)).serverMetadata();
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keysAt(parts, server.jwks_uri, signal)), {
    issuer: server.issuer,
    audience: config.clientID,
    algorithms: ALGORITHMS,
    clockTolerance: Math.ceil(config.clockTolerance / 1_000),
    maxTokenAge: MOST_AGE,
  });
  if (!/^(?:(?:application\/)?logout\+jwt|jwt)$/i.test(protectedHeader.typ ?? 'jwt')) throw new Error('It is a token of another type.');
  const { jti, sub, sid } = logoutToken.parse(payload);
  const { allowed } = await parts.limits.take(`logout:${config.issuer}:${jti}`, { capacity: 1, per: 2 * MOST_AGE * 1_000 });
  if (!allowed) throw new Error('It was used before.');
  // Where one session is named, the person's others stay.
  const names = namesOf(sid === undefined ? { sub } : { sid });
  if (names.length === 0) throw new Error('It names no session.');
  return { names };
}

async function keysAt({ http }: ClientParts, url: string | undefined, signal: AbortSignal): Promise<JSONWebKeySet> {
  if (url === undefined) throw new Error('The provider publishes no keys.');
  const fetch = clientFetch(http, { signal });
  const answer = await fetch(url, { method: 'GET', headers: { accept: 'application/json' }, body: undefined, redirect: 'manual' });
  if (answer.status !== 200) throw new Error(`The provider's keys answer with status ${answer.status}.`);
  return z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) }).parse(await answer.json()) as JSONWebKeySet;
}
