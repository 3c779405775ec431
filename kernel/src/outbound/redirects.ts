import { SextantError } from '@sextant/sdk';
import { plainHost, type UrlFrom } from './address-rules.js';

/** One request of a chain of redirects. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | Uint8Array<ArrayBuffer> | URLSearchParams | undefined;
  readonly from: UrlFrom;
}

export const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
/** What may go on to another origin. Everything else may be a credential: every host has a header of its own for them. */
const HARMLESS = /^(?:accept|accept-.+|user-agent|content-type)$/;

/**
 * Where an answer leads, and with what; undefined when it is no redirect.
 * @throws SEXTANT_OUTBOUND_REDIRECT.
 */
export function nextHop(hop: Hop, status: number, location: string | null): Hop | undefined {
  if (!REDIRECTS.includes(status) || location === null) return undefined;
  if (!URL.canParse(location, hop.url)) throw notFollowed(hop, 'It leads to no URL.');
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw notFollowed(hop, 'It leads to no http or https URL.');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') throw notFollowed(hop, 'It leads from https to http.');
  const toGet = (status === 303 && hop.method !== 'HEAD') || ((status === 301 || status === 302) && hop.method === 'POST');
  const body = toGet ? undefined : hop.body;
  const elsewhere = url.origin !== hop.url.origin;
  if (elsewhere && body !== undefined) throw notFollowed(hop, 'It leads to another server, which must not get what was sent.');
  const headers = new Headers(
    [...hop.headers].filter(([name]) => (!elsewhere || HARMLESS.test(name)) && !(toGet && name.startsWith('content-'))),
  );
  // An admin has written the name of one host; where that leads is written by whoever answers there.
  const from = plainHost(url.hostname) === plainHost(hop.url.hostname) ? hop.from : 'person';
  return { url, method: toGet ? 'GET' : hop.method, headers, body, from };
}

export const notFollowed = (hop: Hop, why: string): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_REDIRECT', {
    what: `A redirect of ${hop.url.host} is not followed.`,
    why,
    fix: 'Use the address that the redirects lead to.',
    details: { host: hop.url.host },
  });
