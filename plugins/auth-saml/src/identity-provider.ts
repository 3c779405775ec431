import { type Cache, type OutboundHttp, SextantError } from '@sextant/sdk';
import { noProvider } from './errors.js';
import { type IdentityProvider, readMetadata } from './metadata.js';
import type { SamlConfig } from './saml-config.js';

const HOUR = 3_600_000;
const MOST = 1024 * 1024;

/**
 * The identity provider of an entry. Metadata at a URL is asked for once an hour; what was read last serves for a day while the URL does not answer.
 * @throws SEXTANT_SAML_PROVIDER
 */
export async function identityProviderOf(
  { http, cache }: { readonly http: Pick<OutboundHttp, 'fetch'>; readonly cache: Pick<Cache, 'get' | 'set'> },
  config: SamlConfig,
  signal: AbortSignal,
): Promise<IdentityProvider> {
  const { identityProviderMetadata: given, identityProviderMetadataURL: url = '', identityProviderIssuer } = config;
  if (given !== undefined) return readMetadata(given, identityProviderIssuer);
  const fresh = await cache.get<string>(`fresh:${url}`);
  if (fresh !== undefined) return readMetadata(fresh, identityProviderIssuer);
  try {
    const text = await fetched(http, url, signal);
    const read = readMetadata(text, identityProviderIssuer);
    await cache.set(`fresh:${url}`, text, { ttl: HOUR });
    await cache.set(`last:${url}`, text, { ttl: 24 * HOUR });
    return read;
  } catch (error) {
    const last = signal.aborted ? undefined : await cache.get<string>(`last:${url}`);
    if (last !== undefined) return readMetadata(last, identityProviderIssuer);
    throw error;
  }
}

async function fetched(http: Pick<OutboundHttp, 'fetch'>, url: string, signal: AbortSignal): Promise<string> {
  try {
    const answer = await http.fetch(url, { from: 'admin', signal, timeout: 10_000, maxBody: MOST, redirect: 'manual' });
    if (answer.status !== 200) throw noProvider(`${url} answers with status ${answer.status}.`);
    return await answer.text();
  } catch (error) {
    if (SextantError.is(error) && error.code === 'SEXTANT_SAML_PROVIDER') throw error;
    throw noProvider(SextantError.is(error) ? error.message : `${url} does not answer.`);
  }
}
