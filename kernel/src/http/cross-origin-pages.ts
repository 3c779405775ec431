import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AllowedOrigins } from '@sextant/sdk';
import type { Route } from './route-table.js';

type Headers = Readonly<Record<string, string>>;

const METHODS = 'GET, POST, OPTIONS';
const REQUEST_HEADERS = 'accept, authorization, content-encoding, content-type, x-requested-with, x-sourcegraph-should-trace';
const RESPONSE_HEADERS = 'ratelimit, ratelimit-policy, retry-after, x-request-id, x-trace';
/** Seconds. Shorter than browsers allow, so that an origin that is taken out of the list is refused soon. */
const MAX_AGE = 600;

/**
 * CORS for routes with `cors: true`. The exact origin is echoed, never `*`, and credentials are not allowed: a page of another origin acts by the token that
 * it sends itself, never by its visitor's session.
 */
export class CrossOriginPages {
  constructor(private readonly origins: () => readonly AllowedOrigins[]) {}

  /** True when a page of another origin sent the request and may call the route. Sets the headers by which its browser shows it the answer. */
  async admit(route: Route, headers: IncomingHttpHeaders, response: ServerResponse): Promise<boolean> {
    if (route.options.cors !== true) return false;
    response.appendHeader('vary', 'origin');
    if (!(await this.#allows(headers.origin))) return false;
    set(response, { 'access-control-allow-origin': headers.origin!, 'access-control-expose-headers': RESPONSE_HEADERS });
    return true;
  }

  /** Answers what a browser asks before it sends the request itself. False when the route or the origin is not open to it. */
  async preflight(route: Route, headers: IncomingHttpHeaders, response: ServerResponse): Promise<boolean> {
    if (!(await this.admit(route, headers, response))) return false;
    set(response, {
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': String(MAX_AGE),
      'cross-origin-resource-policy': 'same-origin',
    });
    response.statusCode = 204;
    response.end();
    return true;
  }

  async #allows(origin: string | undefined): Promise<boolean> {
    if (origin === undefined || origin === 'null') return false;
    for (const source of this.origins()) if (await source.allows(origin)) return true;
    return false;
  }
}

function set(response: ServerResponse, headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
