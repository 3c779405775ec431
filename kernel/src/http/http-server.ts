import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Actor, ANONYMOUS, type Credentials, type Logger, type PluginRouter, type RouteRequest, SextantError } from '@sextant/sdk';
import Koa from 'koa';
import type { Boundary } from '../boundary/boundary.js';
import '../kernel-errors.js';
import type { OpenSpan } from '../observability/open-span.js';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { runFrom } from '../services/actors.js';
import { requestOrigin } from '../services/request-origin.js';
import { fitReply } from './fit-reply.js';
import './http-errors.js';
import { READ_SCOPE, refusal, scopeRefusal, WRITE_SCOPE } from './auth-errors.js';
import { descriptorLimit } from './descriptor-limit.js';
import { answerableError, errorReply } from './error-reply.js';
import { Flight, Flights } from './flights.js';
import { listenOn } from './listen-on.js';
import { notFound } from './not-found.js';
import { RequestBody } from './request-body.js';
import { changesNothing, isForwarded, refuseAmbiguous, refuseCrossOrigin, refuseForeignHost } from './request-guards.js';
import { describeRequest, requestSpan } from './request-span.js';
import { requestTarget } from './request-target.js';
import { type Route, RouteTable } from './route-table.js';
import { sameReader } from './same-reader.js';
import { isEventStream, isStream, writeReply } from './write-reply.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Such as `/sextant`; empty for none. */
  readonly pathPrefix?: string;
  /** Where people reach Sextant: its origin may write, and its host is allowed in local mode. */
  readonly externalUrl?: string;
  /** Take the client's address from X-Forwarded-For, and its X-Request-Id. */
  readonly trustProxy?: boolean;
  /** Bytes of a body, for routes that say nothing else. */
  readonly maxBody?: number;
  /** Milliseconds of a request, for routes that say nothing else. */
  readonly requestTimeout?: number;
  /** Milliseconds for the headers to arrive. */
  readonly headersTimeout?: number;
  /** Milliseconds between two parts of a body. */
  readonly bodyTimeout?: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveTimeout?: number;
  readonly maxConnections?: number;
  /** Milliseconds between two looks at whether who reads a stream still may. */
  readonly readerCheck?: number;
  /** True while everybody who reaches the port is let in. */
  localMode(): boolean;
}

export interface HttpServerParts {
  readonly log: Logger;
  readonly boundary: Boundary;
  readonly options: HttpServerOptions;
  /** Never undefined: who brings no credential is anonymous, or the local admin. */
  authenticate(credentials: Credentials): Promise<Actor>;
  runAs<R>(actor: Actor, work: () => R): R;
  readonly tracing?: Tracing;
}

export interface Mounted extends Disposable, AsyncDisposable {
  readonly routes: readonly Route[];
}

/** A request by its own id, and by what `x-trace` names. */
interface Ids {
  readonly requestId: string;
  readonly trace: string;
}

/** Milliseconds that unmounted routes may go on answering what they began. */
const UNMOUNT_TIMEOUT = 10_000;
/** Said once where they begin, not for every request that meets them. */
const EXPECTED: ReadonlySet<string> = new Set(['SEXTANT_HTTP_DRAINING', 'SEXTANT_PLUGIN_CIRCUIT_OPEN']);
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** The server of all routes. They are mounted and unmounted while it runs. */
export class HttpServer {
  readonly #table = new RouteTable();
  readonly #flights = new Flights();
  readonly #server: Server;
  readonly #tracing: Tracing;
  #draining = false;
  #dropsLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: HttpServerParts) {
    const { options, tracing = NO_TRACING } = parts;
    this.#tracing = tracing;
    const koa = new Koa();
    koa.silent = true;
    koa.use((ctx) => {
      // Koa would set a body and a type of its own; replies are written whole here, so that streams keep their back-pressure.
      ctx.respond = false;
      return requestSpan(tracing, ctx.req, (span) => this.#serve(ctx.req, ctx.res, span));
    });
    this.#server = createServer(
      {
        headersTimeout: options.headersTimeout ?? 15_000,
        requestTimeout: 0,
        keepAliveTimeout: options.keepAliveTimeout ?? 65_000,
        connectionsCheckingInterval: Math.min(options.headersTimeout ?? 15_000, 5_000),
        maxHeaderSize: 32 * 1024,
      },
      koa.callback(),
    );
    // Half of what the system gives: the index, git and the database need the rest, or a crowd at the door stops them all.
    const limit = Math.floor((descriptorLimit() ?? Number.POSITIVE_INFINITY) / 2);
    this.#server.maxConnections = Math.min(options.maxConnections ?? 10_000, limit);
    this.#server.on('drop', () => this.#dropped());
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.#malformed(error, socket));
  }

  /**
   * Adds a plugin's routes. Disposing takes them away at once; what they began goes on. Disposing asynchronously also
   * waits for that, at most 10 s, and aborts the rest.
   */
  mount(plugin: string, declare: (router: PluginRouter) => void): Mounted {
    const { routes, remove } = this.#table.add(plugin, declare);
    return {
      routes,
      [Symbol.dispose]: remove,
      [Symbol.asyncDispose]: async () => {
        remove();
        await this.#flights.settle((flight) => flight.route !== undefined && routes.includes(flight.route), UNMOUNT_TIMEOUT);
      },
    };
  }

  /** @throws SEXTANT_HTTP_PORT_IN_USE, SEXTANT_HTTP_ADDRESS. */
  async listen(): Promise<{ readonly url: string; readonly port: number }> {
    const { host, port, pathPrefix = '' } = this.parts.options;
    await listenOn(this.#server, host, port);
    this.#server.on('error', (error) => this.parts.log.error('The HTTP server failed.', { error }));
    const bound = this.#server.address() as AddressInfo;
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return { url: `http://${name}:${bound.port}${pathPrefix}`, port: bound.port };
  }

  /**
   * Stops accepting, lets requests end for `timeout` milliseconds, then ends streams of events and aborts the rest.
   * Resolves with the number that had to be aborted.
   */
  async drain(timeout: number): Promise<number> {
    this.#draining = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    // Streams of events have no end to wait for, beyond the moment in which their sources may end them.
    const aborted = (await this.#flights.settle((flight) => !flight.events, timeout)) + (await this.#flights.settle(() => true, 100));
    await this.#flights.settle(() => true, 1_000);
    this.#server.closeAllConnections();
    return aborted;
  }

  /** Ends everything now. */
  async close(): Promise<void> {
    this.#draining = true;
    this.#flights.abort(() => true);
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** What is mounted now. */
  get routes(): readonly Pick<Route, 'plugin' | 'method' | 'path'>[] {
    return this.#table.routes;
  }

  /** For the status page and tests. */
  get figures(): { readonly routes: number; readonly requests: number } {
    return { routes: this.#table.size, requests: this.#flights.size };
  }

  async #serve(request: IncomingMessage, response: ServerResponse, span: OpenSpan): Promise<void> {
    const begun = performance.now();
    const { log, options } = this.parts;
    const given = options.trustProxy ? request.headers['x-request-id'] : undefined;
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', requestId);
    const trace = this.#tracing.traceId ?? requestId;
    response.setHeader('x-trace', trace);
    const flight = new Flight(response);
    this.#flights.add(flight);
    try {
      const headers = singleHeaders(request);
      const remoteAddress = this.#remoteAddress(request);
      const origin = requestOrigin(headers, request.url ?? '', { requestId, remoteAddress });
      await runFrom(origin, () => this.#answer(request, response, flight, { requestId, trace, headers, remoteAddress }));
    } catch (error) {
      await this.#fail(error, request, response, flight, { requestId, trace, span });
    } finally {
      if (!request.complete && !response.destroyed) dropUnread(request, response);
      this.#flights.delete(flight);
      // Never the query: tokens and secrets of webhooks stand there.
      log.debug('request', {
        requestId,
        method: request.method,
        path: request.url?.split('?', 1)[0],
        status: response.statusCode,
        plugin: flight.route?.plugin,
        milliseconds: Math.round(performance.now() - begun),
        aborted: flight.signal.aborted,
      });
      if (this.#tracing.active) describeRequest(span, request, response, flight.route, requestId);
    }
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    flight: Flight,
    known: Ids & Pick<Credentials, 'headers' | 'remoteAddress'>,
  ): Promise<void> {
    const { requestId, trace, headers, remoteAddress } = known;
    const { options, boundary, runAs } = this.parts;
    const method = request.method ?? 'GET';
    if (this.#draining) {
      response.setHeader('connection', 'close');
      response.setHeader('retry-after', '5');
      throw new SextantError('SEXTANT_HTTP_DRAINING', {
        what: 'The server is stopping.',
        fix: 'Try again: another process, or this one after its restart, answers.',
      });
    }
    throwIf(refuseAmbiguous(request));
    const localMode = options.localMode() && !isForwarded(request.headers);
    if (localMode) throwIf(refuseForeignHost(request.headers.host, options.externalUrl));
    const target = requestTarget(request.url ?? '/', options.pathPrefix ?? '');
    const lookup = target === undefined ? ({ kind: 'missing' } as const) : this.#table.find(method, target.raw);
    if (target === undefined || lookup.kind === 'missing') throw notFound(target?.path);
    if (lookup.kind === 'method') {
      response.setHeader('allow', lookup.allow.join(', '));
      throw new SextantError('SEXTANT_HTTP_METHOD', {
        what: `This path does not take ${method}.`,
        fix: `Use ${lookup.allow.join(' or ')}.`,
      });
    }
    const { route, params } = lookup;
    flight.route = route;
    if (route.options.crossOrigin !== true)
      throwIf(refuseCrossOrigin(method, request.headers, { externalUrl: options.externalUrl, localMode }));
    const admit = (): Promise<Actor> =>
      this.#admit(method, route, { headers, remoteAddress, clientAddress: plainAddress(request.socket.remoteAddress), localMode });
    const actor = await admit();

    const timeout = route.options.timeout ?? options.requestTimeout ?? 60_000;
    const deadline = timeout > 0 ? performance.now() + timeout : undefined;
    const body = new RequestBody(
      request,
      { max: route.options.maxBody ?? options.maxBody ?? 1024 * 1024, idle: options.bodyTimeout ?? 30_000 },
      flight.signal,
    );
    const routeRequest: RouteRequest = {
      method,
      path: target.path,
      params,
      query: target.query,
      headers: { ...headers, 'x-request-id': requestId },
      actor,
      remoteAddress,
      trace,
      signal: flight.signal,
      log: this.parts.log.child({ requestId, plugin: route.plugin }),
      bytes: () => body.bytes(),
      json: () => body.json(),
      stream: () => body.stream(),
    };
    const entry = { plugin: route.plugin, kind: 'route', name: `${route.method} ${route.path}` } as const;
    const handle = async (signal: AbortSignal) => {
      signal.addEventListener('abort', () => flight.abort(signal.reason), { once: true });
      return fitReply(entry, await route.handler(routeRequest));
    };
    const reply = await runAs(actor, () => boundary.run(entry, { deadline: timeout, signal: flight.signal }, handle));
    // Reading on after the answer has begun would let the two wait for each other.
    flight.events = isEventStream(reply);
    if (deadline !== undefined && isStream(reply.body)) flight.abortAt(deadline);
    if (isStream(reply.body) && route.options.auth !== 'own')
      flight.checkEvery(options.readerCheck ?? 4_000, () => sameReader(actor, admit));
    await writeReply(response, reply, {
      head: method === 'HEAD',
      headers: request.headers,
      signal: flight.signal,
      enter: (work) => runAs(actor, () => boundary.enter(entry, work)),
    });
  }

  /** Who sends it, who may. @throws the refusal. */
  async #admit(method: string, { path, options: { auth = 'user', scopes } }: Route, credentials: Credentials): Promise<Actor> {
    if (auth === 'own') return ANONYMOUS;
    const actor = await this.parts.authenticate({ ...credentials, route: path });
    const subject = `${method} ${path}`;
    throwIf(refusal(actor, auth === 'user' && !changesNothing(method) ? 'account' : auth, subject));
    throwIf(scopeRefusal(actor, scopes ?? [changesNothing(method) ? READ_SCOPE : WRITE_SCOPE], subject));
    return actor;
  }

  async #fail(
    error: unknown,
    request: IncomingMessage,
    response: ServerResponse,
    flight: Flight,
    { requestId, trace, span }: Ids & { readonly span: OpenSpan },
  ): Promise<void> {
    if (flight.clientGone) return;
    const answer = answerableError(error, trace);
    if (answer.status >= 500) span.failed(answer.code, answer.what);
    if (answer.status >= 500 && !EXPECTED.has(answer.code)) {
      this.parts.log.error('A request failed.', {
        requestId,
        method: request.method,
        route: flight.route?.path,
        plugin: flight.route?.plugin,
        code: answer.code,
        error,
      });
    }
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    await writeReply(response, errorReply(answer, request, requestId), {
      head: request.method === 'HEAD',
      headers: {},
      signal: flight.signal,
      enter: (work) => work(),
    });
  }

  /** A connection beyond the number that is served. One line a minute: whoever opens thousands must not fill the log. */
  #dropped(): void {
    if (performance.now() - this.#dropsLoggedAt < 60_000) return;
    this.#dropsLoggedAt = performance.now();
    this.parts.log.warn('Connections are dropped: as many as are served are open.', {
      code: 'SEXTANT_HTTP_CONNECTIONS',
      connections: this.#server.maxConnections,
    });
  }

  #remoteAddress(request: IncomingMessage): string {
    const forwarded = this.parts.options.trustProxy ? request.headers['x-forwarded-for'] : undefined;
    // The last entry is the one our own proxy wrote; those before it, anybody could have.
    const nearest = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
    return plainAddress(nearest || request.socket.remoteAddress);
  }

  #malformed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, code, what] =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? (['431 Request Header Fields Too Large', 'SEXTANT_HTTP_HEADERS_TOO_LARGE', 'The headers of the request are too large.'] as const)
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? (['408 Request Timeout', 'SEXTANT_HTTP_TOO_SLOW', 'The request did not arrive in its time.'] as const)
          : (['400 Bad Request', 'SEXTANT_HTTP_REQUEST', 'The request is not HTTP.'] as const);
    const body = JSON.stringify({ error: { code, what } });
    socket.end(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
}

/**
 * The rest of a body that nobody read stands in the way of the next request. A short one is read and dropped. A long one
 * ends the connection, a while after the answer: a socket closed over unread bytes takes the answer down with it.
 */
function dropUnread(request: IncomingMessage, response: ServerResponse): void {
  const finished = (): void => {
    if (request.complete) return;
    const timer = setTimeout(() => request.socket.destroySoon(), 1_000).unref();
    request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  };
  if (response.writableFinished) finished();
  else response.once('finish', finished);
  request.resume();
}

function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const name in request.headers) {
    const value = request.headers[name];
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

const plainAddress = (address = ''): string => address.replace(/^::ffff:/, '');

function throwIf(error: SextantError | undefined): void {
  if (error !== undefined) throw error;
}
