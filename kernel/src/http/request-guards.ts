import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { SextantError } from '@sextant/sdk';
import { isExternalOrigin, isOwnOrigin } from './own-origin.js';
import type { Scheme } from './request-scheme.js';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export const changesNothing = (method: string): boolean => SAFE.has(method);

// Node takes the first of these and drops the rest; a proxy before us may have taken the last.
const SINGLE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type']);

/**
 * A request that says two things of whom it is for, from whom, or what it holds, is one thing to a proxy and another to
 * us. @returns the refusal, or undefined.
 */
export function refuseAmbiguous({ rawHeaders, headers, url }: IncomingMessage): SextantError | undefined {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return ambiguous(`It has two ${name} headers.`);
    seen.add(name);
  }
  const authority = ABSOLUTE.exec(url ?? '')?.[1];
  if (authority !== undefined && authority.toLowerCase() !== headers.host?.toLowerCase())
    return ambiguous('Its target names another host than its Host header.');
  return undefined;
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

const ambiguous = (why: string): SextantError =>
  new SextantError('SEXTANT_HTTP_REQUEST', {
    what: 'The request can be read in two ways.',
    why,
    fix: 'Send each of these once, and alike.',
  });

/** True for names and addresses that never leave this machine, with or without a port. */
export function isLoopbackHost(host: string): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host.trim().toLowerCase())?.[1];
  if (name === undefined) return false;
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** What proxies, content networks and clouds add, each by its documentation. */
const FORWARDED: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-original-url',
  'x-original-forwarded-for',
  'x-proxyuser-ip',
  'x-remote-addr',
  'x-remote-ip',
  'true-client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'cdn-loop',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'x-appengine-user-ip',
  'x-azure-clientip',
  'x-azure-fdid',
]);
const FORWARDED_PREFIX = /^(?:x-forwarded-|x-envoy-|x-arr-|cf-|tailscale-|x-vercel-|ngrok-)/;

/** A proxy passed the request on: whoever sent it is elsewhere, though it comes from this machine. */
export function isForwarded(headers: Readonly<Record<string, unknown>>): boolean {
  for (const name in headers) if (headers[name] !== undefined && (FORWARDED.has(name) || FORWARDED_PREFIX.test(name))) return true;
  return false;
}

/**
 * Local mode lets everybody in who reaches the port, so a page in the user's own browser must not: a name that an
 * attacker's DNS points at this machine is refused. @returns the refusal, or undefined.
 */
export function refuseForeignHost(host: string | undefined, externalUrl: string | undefined): SextantError | undefined {
  if (host !== undefined && (isLoopbackHost(host) || hostOf(externalUrl) === host.toLowerCase())) return undefined;
  return new SextantError('SEXTANT_HTTP_HOST', {
    what: 'The request came under a name that is not of this machine.',
    why: 'Without a sign-in Sextant answers this machine alone; a page elsewhere could otherwise read your code through your browser.',
    fix: 'Open Sextant as http://localhost or http://127.0.0.1, or set http.externalUrl.',
  });
}

/**
 * A browser says where a request comes from, by Sec-Fetch-Site or Origin; programs say nothing. Writes from another origin
 * are refused, form posts among them. In local mode, where the browser needs no credential, reads are too: their page
 * cannot see the answer, but how long it took tells whether a search found something. Links may be followed.
 * @returns the refusal, or undefined.
 */
export function refuseCrossOrigin(
  method: string,
  headers: IncomingHttpHeaders,
  { externalUrl, localMode, scheme }: { readonly externalUrl: string | undefined; readonly localMode: boolean; readonly scheme: Scheme },
): SextantError | undefined {
  const site = headers['sec-fetch-site'];
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  if (changesNothing(method)) {
    const ambient = localMode && headers.authorization === undefined;
    return sameSite || !ambient || isLink(headers) ? undefined : crossOrigin('read');
  }
  const { origin, host } = headers;
  const own = origin === undefined || isOwnOrigin(origin, { host, scheme, externalUrl });
  // A proxy may rewrite Host, so an origin that is ours by externalUrl counts for itself.
  if (own && (sameSite || (origin !== undefined && isExternalOrigin(origin, externalUrl)))) return undefined;
  return crossOrigin('change');
}

/** True for what a page of another origin sent, as far as its browser says so. */
export const isFromElsewhere = (
  { origin, host }: IncomingHttpHeaders,
  { externalUrl, scheme }: { readonly externalUrl: string | undefined; readonly scheme: Scheme },
): boolean => origin !== undefined && !isOwnOrigin(origin, { host, scheme, externalUrl });

const isLink = (headers: IncomingHttpHeaders): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

const crossOrigin = (act: 'read' | 'change'): SextantError =>
  new SextantError('SEXTANT_HTTP_CROSS_ORIGIN', {
    what: `A page of another origin tried to ${act} something.`,
    fix: 'Call from the page of Sextant itself, or from outside a browser. Behind a proxy, set http.externalUrl.',
  });

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host.toLowerCase() : undefined;
}
