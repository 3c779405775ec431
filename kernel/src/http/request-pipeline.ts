import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Actor,
  ANONYMOUS,
  type Credentials,
  type PeerAccount,
  type RouteRequest,
  recentSignInRefusal,
  SextantError,
} from '@sextant/sdk';
import '../kernel-errors.js';
import type { OpenSpan } from '../observability/open-span.js';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { runFrom } from '../services/actors.js';
import { requestOrigin } from '../services/request-origin.js';
import { systemClock } from '../services/system-clock.js';
import { READ_SCOPE, refusal, scopeRefusal, WRITE_SCOPE } from './auth-errors.js';
import { plainAddress, remoteAddressOf } from './client-address.js';
import { CrossOriginPages } from './cross-origin-pages.js';
import { dropUnread } from './drop-unread.js';
import { answerableError, errorReply } from './error-reply.js';
import { fitReply } from './fit-reply.js';
import { Flight, type Flights } from './flights.js';
import './http-errors.js';
import type { HttpServerParts } from './http-server-options.js';
import { notFound } from './not-found.js';
import { attachCharge, type Charge } from './rate-limits/request-charge.js';
import { rateLimited, rateLimitHeaders } from './rate-limits/request-limiter.js';
import { RequestBody } from './request-body.js';
import { changesNothing, isForwarded, isFromElsewhere, refuseAmbiguous, refuseCrossOrigin, refuseForeignHost } from './request-guards.js';
import { requestMessages } from './request-message.js';
import { requestScheme } from './request-scheme.js';
import { describeRequest } from './request-span.js';
import { requestTarget } from './request-target.js';
import type { Route, RouteTable } from './route-table.js';
import { sameReader } from './same-reader.js';
import { transportSecurityHeaders } from './transport-security.js';
import { isEventStream, isStream, writeReply } from './write-reply.js';

/** A request by its own id, and by what `x-trace` names. */
interface Ids {
  readonly requestId: string;
  readonly trace: string;
}

/** What the requests of a server share. */
export interface PipelineState {
  readonly table: RouteTable;
  readonly flights: Flights;
  /** True once no further request is taken. */
  isDraining(): boolean;
}

/** Said once where they begin, not for every request that meets them. */
const EXPECTED: ReadonlySet<string> = new Set(['SEXTANT_HTTP_DRAINING', 'SEXTANT_PLUGIN_CIRCUIT_OPEN']);
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** What a request goes through, from its headers to its answer: the guards, the route, who sends it, the handler. */
export class RequestPipeline {
  readonly #tracing: Tracing;
  readonly #transportHeaders: readonly (readonly [name: string, value: string])[];
  readonly #pages: CrossOriginPages;

  constructor(
    private readonly parts: HttpServerParts,
    private readonly state: PipelineState,
  ) {
    this.#tracing = parts.tracing ?? NO_TRACING;
    this.#transportHeaders = transportSecurityHeaders(parts.options);
    this.#pages = new CrossOriginPages(() => parts.allowedOrigins?.() ?? []);
  }

  /** Always answers, and never throws. */
  async serve(request: IncomingMessage, response: ServerResponse, span: OpenSpan): Promise<void> {
    const begun = performance.now();
    const { log, options } = this.parts;
    const given = options.trustProxy ? request.headers['x-request-id'] : undefined;
    const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', requestId);
    const trace = this.#tracing.traceId ?? requestId;
    response.setHeader('x-trace', trace);
    for (const [name, value] of this.#transportHeaders) response.setHeader(name, value);
    const flight = new Flight(response);
    this.state.flights.add(flight);
    try {
      const headers = singleHeaders(request);
      const remoteAddress = remoteAddressOf(request, options.trustProxy === true);
      const origin = requestOrigin(headers, request.url ?? '', { requestId, remoteAddress });
      await runFrom(origin, () => this.#answer(request, response, flight, { requestId, trace, headers, remoteAddress }));
    } catch (error) {
      await this.#fail(error, request, response, flight, { requestId, trace, span });
    } finally {
      if (!request.complete && !response.destroyed) dropUnread(request, response);
      this.state.flights.delete(flight);
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
    if (this.state.isDraining()) {
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
    const lookup = target === undefined ? ({ kind: 'missing' } as const) : this.state.table.find(method, target.raw);
    if (target === undefined || lookup.kind === 'missing') throw notFound(target?.path);
    if (lookup.kind === 'method') {
      const asked = method === 'OPTIONS' && this.state.table.find(request.headers['access-control-request-method'] ?? 'GET', target.raw);
      if (asked && asked.kind === 'found' && (await this.#pages.preflight(asked.route, request.headers, response))) return;
      response.setHeader('allow', lookup.allow.join(', '));
      throw new SextantError('SEXTANT_HTTP_METHOD', {
        what: `This path does not take ${method}.`,
        fix: `Use ${lookup.allow.join(' or ')}.`,
      });
    }
    const { route, params } = lookup;
    flight.route = route;
    const scheme = requestScheme(request, options.trustProxy === true);
    const refused =
      route.options.crossOrigin === true
        ? undefined
        : refuseCrossOrigin(method, request.headers, { externalUrl: options.externalUrl, localMode, scheme });
    // What our own pages send is not refused, and keeps its visitor's session.
    const admitted = await this.#pages.admit(route, request.headers, response);
    if (!admitted) throwIf(refused);
    const clientAddress = plainAddress(request.socket.remoteAddress);
    const peerAccount = async (): Promise<PeerAccount> => (await this.parts.peers?.of(request)) ?? 'unknown';
    const presented =
      admitted && isFromElsewhere(request.headers, { externalUrl: options.externalUrl, scheme })
        ? { headers: { ...headers, cookie: undefined }, localMode: false }
        : { headers, localMode };
    const credentials = { ...presented, remoteAddress, clientAddress };
    const admit = (): Promise<Actor> =>
      this.#admit(method, route, async () => (presented.localMode ? { ...credentials, peerAccount: await peerAccount() } : credentials));
    const actor = await admit();
    const charge = route.options.auth === 'own' ? undefined : this.#charge(response, actor, remoteAddress);
    throwIf(charge?.(1));

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
      clientAddress,
      peerAccount,
      trace,
      signal: flight.signal,
      log: this.parts.log.child({ requestId, plugin: route.plugin }),
      bytes: () => body.bytes(),
      json: () => body.json(),
      stream: () => body.stream(),
    };
    requestMessages.set(routeRequest, request);
    if (charge !== undefined) attachCharge(routeRequest, charge);
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
      flight.checkEvery(options.readerCheck ?? 4_000, () => sameReader(actor, admit), options.clock ?? systemClock);
    await writeReply(response, reply, {
      head: method === 'HEAD',
      headers: request.headers,
      signal: flight.signal,
      enter: (work) => runAs(actor, () => boundary.enter(entry, work)),
    });
  }

  /** Spends the caller's points, and tells of what is left in the headers of the answer. */
  #charge(response: ServerResponse, actor: Actor, remoteAddress: string): Charge {
    return (points) => {
      const decision = this.parts.options.limiter?.take(actor, remoteAddress, points);
      if (decision === undefined) return undefined;
      if (!response.headersSent) for (const [name, value] of Object.entries(rateLimitHeaders(decision))) response.setHeader(name, value);
      return decision.allowed ? undefined : rateLimited(decision);
    };
  }

  /** Who sends it, who may. @throws the refusal. */
  async #admit(
    method: string,
    { path, options: { auth = 'user', confirmed = false, scopes } }: Route,
    credentials: () => Promise<Credentials>,
  ): Promise<Actor> {
    if (auth === 'own') return ANONYMOUS;
    const actor = await this.parts.authenticate({ ...(await credentials()), route: path });
    const subject = `${method} ${path}`;
    throwIf(refusal(actor, auth === 'user' && !changesNothing(method) ? 'account' : auth, subject));
    throwIf(scopeRefusal(actor, scopes ?? [changesNothing(method) ? READ_SCOPE : WRITE_SCOPE], subject));
    if (confirmed) throwIf(recentSignInRefusal(actor, confirmed === 'or-token' ? 'session-or-token' : 'session', subject));
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
}

function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const name in request.headers) {
    const value = request.headers[name];
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function throwIf(error: SextantError | undefined): void {
  if (error !== undefined) throw error;
}
