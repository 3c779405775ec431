import type { Scheme } from './request-scheme.js';

export interface OriginContext {
  /** The Host header. */
  readonly host: string | undefined;
  /** How the request came. */
  readonly scheme: Scheme;
  readonly externalUrl: string | undefined;
}

/** True for the origin of the external URL: scheme, host and port. */
export const isExternalOrigin = (origin: string, externalUrl: string | undefined): boolean =>
  isWebOrigin(origin) && new URL(origin).origin === originOf(externalUrl);

/**
 * True when an `Origin` header names Sextant itself: the external URL, or the address that the request was sent to. Under the host of the external URL
 * its scheme alone counts, since a proxy in front of us ends TLS there: a page of the same host by plain HTTP may be anybody's on the way.
 */
export function isOwnOrigin(origin: string, { host, scheme, externalUrl }: OriginContext): boolean {
  if (isExternalOrigin(origin, externalUrl)) return true;
  if (!isWebOrigin(origin) || host === undefined) return false;
  const requested = originOf(`${scheme}://${host}`);
  if (requested === undefined || isHostOf(host, externalUrl)) return false;
  return new URL(origin).origin === requested;
}

const isWebOrigin = (origin: string): boolean => /^https?:\/\/[^/?#@]+$/i.test(origin) && URL.canParse(origin);

const originOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) && new URL(url).origin !== 'null' ? new URL(url).origin : undefined;

/** Whether a Host header names the host and port of the URL; the port of its scheme may be left out. */
const isHostOf = (host: string, url: string | undefined): boolean =>
  url !== undefined && URL.canParse(url) && originOf(`${new URL(url).protocol}//${host}`) === originOf(url);
