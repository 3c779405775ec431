import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { PluginRouter } from '@sextant/sdk';
import Koa from 'koa';
import { NO_TRACING } from '../observability/tracing.js';
import { answerMalformed } from './answer-malformed.js';
import { descriptorLimit } from './descriptor-limit.js';
import { Flights } from './flights.js';
import type { HttpServerParts } from './http-server-options.js';
import { listenOn } from './listen-on.js';
import { RequestPipeline } from './request-pipeline.js';
import { requestSpan } from './request-span.js';
import { type Route, RouteTable } from './route-table.js';
import { transportSecurityHeaders } from './transport-security.js';

export interface Mounted extends Disposable, AsyncDisposable {
  readonly routes: readonly Route[];
}

/** Milliseconds that unmounted routes may go on answering what they began. */
const UNMOUNT_TIMEOUT = 10_000;
/** The server of all routes. They are mounted and unmounted while it runs. */
export class HttpServer {
  readonly #table = new RouteTable();
  readonly #flights = new Flights();
  readonly #server: Server;
  readonly #pipeline: RequestPipeline;
  #draining = false;
  #dropsLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: HttpServerParts) {
    const { options, tracing = NO_TRACING } = parts;
    this.#pipeline = new RequestPipeline(parts, { table: this.#table, flights: this.#flights, isDraining: () => this.#draining });
    const koa = new Koa();
    koa.silent = true;
    koa.use((ctx) => {
      // Koa would set a body and a type of its own; replies are written whole here, so that streams keep their back-pressure.
      ctx.respond = false;
      return requestSpan(tracing, ctx.req, (span) => this.#pipeline.serve(ctx.req, ctx.res, span));
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
    const headers = transportSecurityHeaders(options);
    this.#server.on('clientError', (error, socket) => answerMalformed(error, socket as Socket, headers));
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

  /**
   * @returns as `boundUrl` the address that the system gave, without a name that could lead elsewhere
   * @throws SEXTANT_HTTP_PORT_IN_USE, SEXTANT_HTTP_ADDRESS.
   */
  async listen(): Promise<{ readonly url: string; readonly boundUrl: string; readonly port: number }> {
    const { host, port, pathPrefix = '' } = this.parts.options;
    await listenOn(this.#server, host, port);
    this.#server.on('error', (error) => this.parts.log.error('The HTTP server failed.', { error }));
    const bound = this.#server.address() as AddressInfo;
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    const literal = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    return { url: `http://${name}:${bound.port}${pathPrefix}`, boundUrl: `http://${literal}:${bound.port}`, port: bound.port };
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

  /** A connection beyond the number that is served. One line a minute: whoever opens thousands must not fill the log. */
  #dropped(): void {
    if (performance.now() - this.#dropsLoggedAt < 60_000) return;
    this.#dropsLoggedAt = performance.now();
    this.parts.log.warn('Connections are dropped: as many as are served are open.', {
      code: 'SEXTANT_HTTP_CONNECTIONS',
      connections: this.#server.maxConnections,
    });
  }
}
