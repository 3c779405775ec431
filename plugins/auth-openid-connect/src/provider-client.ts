import type { Cache, OutboundHttp } from '@sextant/sdk';
import * as client from 'openid-client';
import { clientFetch } from './client-fetch.js';
import type { OpenidConnectConfig } from './openid-connect-config.js';

export interface ClientParts {
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly cache: Pick<Cache, 'get' | 'set'>;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Milliseconds that a discovery document lives which says nothing of it. */
const USUAL = 10 * MINUTE;
/** Seconds for one request. */
const TIMEOUT = 10;

/**
 * The client at the provider. The discovery document is kept for as long as its answer says; keys are asked for at each sign-in, so that those that the provider
 * has changed are known at once.
 */
export async function providerClient(
  { http, cache }: ClientParts,
  config: OpenidConnectConfig,
  signal: AbortSignal,
): Promise<client.Configuration> {
  const { issuer, clientID, clientSecret, clockTolerance } = config;
  let lifetime = USUAL;
  const fetch = clientFetch(http, {
    signal,
    home: new URL(issuer).hostname,
    timeout: TIMEOUT * 1_000,
    seen: (url, answer) => {
      if (url.endsWith('/.well-known/openid-configuration')) lifetime = lifetimeOf(answer.headers);
    },
  });
  const unencrypted = issuer.startsWith('http:');
  const key = `discovery:${issuer}`;
  let server = await cache.get<client.ServerMetadata>(key);
  if (!server) {
    const found = await client.discovery(new URL(issuer), clientID, undefined, client.None(), {
      [client.customFetch]: fetch,
      timeout: TIMEOUT,
      execute: unencrypted ? [client.allowInsecureRequests] : [],
    });
    server = found.serverMetadata();
    await cache.set(key, server, { ttl: lifetime });
  }
  const secret = clientSecret?.reveal();
  const made = new client.Configuration(
    server,
    clientID,
    { [client.clockTolerance]: Math.ceil(clockTolerance / 1_000) },
    secret === undefined ? client.None() : authenticationBy(server, secret),
  );
  made[client.customFetch] = fetch;
  made.timeout = TIMEOUT;
  if (unencrypted) client.allowInsecureRequests(made);
  client.enableNonRepudiationChecks(made);
  return made;
}

/** In the body where the provider takes that: of Basic, providers differ in how they read signs that are neither letters nor digits. */
const authenticationBy = (server: client.ServerMetadata, secret: string): client.ClientAuth =>
  server.token_endpoint_auth_methods_supported?.includes('client_secret_post')
    ? client.ClientSecretPost(secret)
    : client.ClientSecretBasic(secret);

/** Of a discovery document: at least a minute, so that nobody makes it be fetched at each click; at most a day. */
function lifetimeOf(headers: Headers): number {
  const directives = headers.get('cache-control') ?? '';
  if (/\bno-(?:store|cache)\b/.test(directives)) return MINUTE;
  const seconds = /\bmax-age=(\d{1,9})\b/.exec(directives)?.[1];
  return seconds === undefined ? USUAL : Math.min(DAY, Math.max(MINUTE, Number(seconds) * 1_000));
}
