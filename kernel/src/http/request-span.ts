import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenSpan } from '../observability/open-span.js';
import type { Tracing } from '../observability/tracing.js';
import type { Route } from './route-table.js';

/** How `src -trace` asks. */
const SHOULD_TRACE = 'x-sourcegraph-should-trace';
/** Asked every few seconds by machines that want no trace of it. */
const UNTRACED: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Runs a request in the first span of its trace here. */
export function requestSpan<R>(tracing: Tracing, request: IncomingMessage, work: (span: OpenSpan) => R): R {
  const { headers, method = 'GET' } = request;
  return tracing.request(method, { headers, asked: headers[SHOULD_TRACE] === 'true' }, work);
}

/** Says what it was, once it is over. Never the query: tokens and secrets of webhooks stand there. */
export function describeRequest(
  span: OpenSpan,
  request: IncomingMessage,
  response: ServerResponse,
  route: Route | undefined,
  requestId: string,
): void {
  const method = request.method ?? 'GET';
  if (route !== undefined) {
    if (UNTRACED.has(route.path)) span.discard();
    span.rename(`${method} ${route.path}`);
    span.set('http.route', route.path);
    span.set('sextant.plugin', route.plugin);
  }
  span.set('http.request.method', method);
  span.set('url.path', request.url?.split('?', 1)[0] ?? '/');
  span.set('http.response.status_code', response.statusCode);
  span.set('sextant.request_id', requestId);
}
