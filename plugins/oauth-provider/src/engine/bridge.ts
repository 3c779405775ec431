import type { RouteReply, RouteRequest } from '@sextant/sdk';
import inject from 'light-my-request';
import { type Asking, personOf, whileAsking } from './asking.js';
import type { Held } from './provider-holder.js';

/** Of a request's headers, what the provider may know. What proxies say of it is not among them: where we are, the configuration says. */
const PASSED = ['accept', 'authorization', 'content-type', 'cookie', 'user-agent'] as const;
/** Those the server writes itself, or by other means. */
const WRITTEN: ReadonlySet<string> = new Set(['connection', 'content-length', 'date', 'keep-alive', 'set-cookie', 'transfer-encoding']);

/** Hands a request to the provider, which is a program for Node's own server, and takes its answer. `body` replaces the request's. */
export function askProvider({ callback, externalUrl }: Held, request: RouteRequest, body: Buffer | undefined): Promise<RouteReply> {
  const asking: Asking = { request, person: personOf(request.actor) };
  return whileAsking(asking, async () => {
    const { host, protocol } = new URL(externalUrl);
    const headers: Record<string, string> = {
      host,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-for': request.remoteAddress,
    };
    for (const name of PASSED) {
      const value = request.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    const query = request.query.toString();
    const answer = await inject(callback as inject.DispatchFunc, {
      method: request.method as 'GET',
      url: `${encodeURI(request.path)}${query === '' ? '' : `?${query}`}`,
      headers,
      ...(body === undefined ? {} : { payload: body }),
      signal: request.signal,
    });
    if (asking.failure) throw asking.failure;
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) if (!WRITTEN.has(name) && value !== undefined) sent[name] = String(value);
    const cookies = [answer.headers['set-cookie'] ?? []].flat();
    return { status: answer.statusCode, headers: sent, cookies, ...(answer.rawPayload.length > 0 ? { body: answer.rawPayload } : {}) };
  });
}
