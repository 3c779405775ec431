import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AnyRouter, ORPCError, os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/node';
import type { Logger, PluginState, Token } from '@sextant/sdk';
import { ownerOf, SextantError } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { internalActor, runAs } from '../services/actors.js';
import { parseRemoteAddress } from './remote-address.js';
import { onAccountOf } from './remote-cause.js';
import { toWire, WIRE_ERROR } from './remote-errors.js';
import { RemoteFlights } from './remote-flights.js';
import { callSpan } from './remote-spans.js';
import { RemoteTraffic } from './remote-traffic.js';

export interface RemoteTls {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

interface Exposed {
  readonly token: Token<unknown>;
  readonly service: Readonly<Record<string, (options: unknown) => unknown>>;
  readonly plugin: string;
  readonly flights: RemoteFlights;
}

export interface RemoteServerOptions {
  readonly tracing?: Tracing;
  /** The state of a plugin in this process; undefined for one that is not installed. */
  readonly stateOf?: (plugin: string) => PluginState | undefined;
  /** Milliseconds that calls of a service get to end when it leaves. */
  readonly grace?: number;
}

const MAX_BODY = 64 * 1024 * 1024;

/**
 * Serves the services of this process to other Sextant processes: control calls and streams of objects by RPC under
 * `/rpc`, bytes as plain HTTP bodies under `/bytes`. Between machines only with client certificates.
 */
export class RemoteServer {
  readonly traffic = new RemoteTraffic();
  readonly #exposed = new Map<string, Exposed>();
  #handler = new RPCHandler({} as AnyRouter);
  #server: Server | undefined;
  readonly #tracing: Tracing;
  readonly #stateOf: (plugin: string) => PluginState | undefined;
  readonly #grace: number;

  constructor(
    private readonly boundary: Boundary,
    private readonly log: Logger,
    { tracing = NO_TRACING, stateOf = () => undefined, grace = 3_000 }: RemoteServerOptions = {},
  ) {
    this.#tracing = tracing;
    this.#stateOf = stateOf;
    this.#grace = grace;
  }

  /** Disposing refuses further calls at once, and waits for those on their way. */
  expose<V>(token: Token<V>, service: V, plugin: string): AsyncDisposable {
    const flights = new RemoteFlights();
    this.#exposed.set(token.key, { token: token as unknown as Token<unknown>, service: service as Exposed['service'], plugin, flights });
    this.#rebuild();
    return {
      [Symbol.asyncDispose]: async () => {
        this.#exposed.delete(token.key);
        this.#rebuild();
        await flights.settle(this.#grace, () => off(token.key, plugin, 'disabled'));
      },
    };
  }

  async listen(address: string, tls: RemoteTls | undefined): Promise<void> {
    const at = parseRemoteAddress(address);
    // Calls run as the process itself: on TCP, loopback too, every user of the machine could make them.
    if (at.kind === 'tcp' && !tls) {
      throw new SextantError('SEXTANT_REMOTE_ADDRESS', {
        what: `Other processes cannot be let in at ${address} without certificates.`,
        fix: 'Set internal.tls (ca, cert, key), or listen on a unix socket (unix:/path).',
      });
    }
    const answer = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#tracing
        .incoming(request.headers, () => onAccountOf(request.headers, () => this.#answer(request, response)))
        .catch((error: unknown) => {
          if (response.headersSent) response.destroy();
          else response.writeHead(400).end();
          this.log.error('an internal call failed', { error });
        });
    this.#server = tls
      ? createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }, answer)
      : createServer(answer);
    this.#server.requestTimeout = 0;
    this.#server.on('connection', (socket) => this.traffic.add(socket));
    if (at.kind === 'unix') {
      mkdirSync(dirname(at.path), { recursive: true, mode: 0o700 });
      rmSync(at.path, { force: true });
    }
    await new Promise<void>((resolve, reject) => {
      this.#server?.once('error', reject).listen(at.kind === 'unix' ? { path: at.path } : { host: at.host, port: at.port }, resolve);
    });
    if (at.kind === 'unix') chmodSync(at.path, 0o600);
    this.log.info('listening for other Sextant processes', { address, mutualTls: tls !== undefined });
  }

  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    server.closeIdleConnections();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const timer = setTimeout(() => server.closeAllConnections(), 2_000);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    if (url === '/healthz') {
      response.end('ok');
      return;
    }
    if (url.startsWith('/bytes/')) return await this.#bytes(request, response);
    const { matched } = await this.#handler.handle(request, response, { prefix: '/rpc', context: {} });
    if (matched) return;
    const [, , key, method] = url.split('/').map(decodeURIComponent);
    this.#refuse(response, key, method);
  }

  /** The answer to whoever asks for what is not here: whether it comes back tells them apart. */
  #refuse(response: ServerResponse, key = '', method = ''): void {
    const plugin = ownerOf(key);
    const state = this.#stateOf(plugin);
    const error =
      state === undefined || state === 'active' || state === 'degraded'
        ? new SextantError('SEXTANT_REMOTE_UNKNOWN', {
            what: `This process does not serve ${key} ${method}.`,
            fix: 'Give it the role of the service, and the same version of the plugin.',
          })
        : off(key, plugin, state);
    response
      .writeHead(error.code === 'SEXTANT_REMOTE_UNKNOWN' ? 404 : error.status, { 'content-type': 'application/json', [WIRE_ERROR]: '1' })
      .end(JSON.stringify(toWire(error)));
  }

  async #bytes(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , key, method] = (request.url ?? '').split('/').map(decodeURIComponent);
    const exposed = this.#exposed.get(key ?? '');
    const kind = (exposed?.token.remote?.methods as Record<string, string> | undefined)?.[method ?? ''];
    if (!exposed || kind !== 'bytes') return this.#refuse(response, key, method);
    const controller = new AbortController();
    response.once('close', () => controller.abort());
    using flight = exposed.flights.begin(controller.signal);
    try {
      const options = JSON.parse(await text(request)) as object;
      const stream = this.#enter(exposed, method as string, { ...options, signal: flight.signal }) as AsyncIterable<Uint8Array>;
      const iterator = stream[Symbol.asyncIterator]();
      // The first piece decides between an answer and an error; afterwards only the connection can say that it failed.
      const first = await iterator.next();
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      if (first.done) return void response.end();
      await pipeline(Readable.from(following(first.value, iterator)), response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(toWire(error)));
    }
  }

  #rebuild(): void {
    const router: Record<string, Record<string, unknown>> = {};
    for (const exposed of this.#exposed.values()) {
      const methods = exposed.token.remote?.methods as Readonly<Record<string, string>>;
      router[exposed.token.key] = Object.fromEntries(
        Object.entries(methods)
          .filter(([, kind]) => kind !== 'bytes')
          .map(([method, kind]) => [
            method,
            os.handler(async ({ input, signal }) => {
              const flight = exposed.flights.begin(signal);
              try {
                const answer = this.#enter(exposed, method, { ...(input as object), signal: flight.signal });
                if (kind === 'stream') return events(answer as AsyncIterable<unknown>, flight);
                return await within(flight, answer);
              } catch (error) {
                flight[Symbol.dispose]();
                throw wireError(error);
              }
            }),
          ]),
      );
    }
    this.#handler = new RPCHandler(router as AnyRouter);
  }

  #enter(exposed: Exposed, method: string, options: unknown): unknown {
    const { name, options: span } = callSpan('server', exposed.token.key, method);
    return runAs(internalActor(exposed.plugin), () =>
      this.#tracing.span(name, span, () =>
        this.boundary.enter({ plugin: exposed.plugin, kind: 'call', name: `${exposed.token.key} ${method}` }, () =>
          exposed.service[method]?.(options),
        ),
      ),
    );
  }
}

async function* events(stream: AsyncIterable<unknown>, flight: Disposable): AsyncGenerator<unknown> {
  using _ = flight;
  try {
    yield* stream;
  } catch (error) {
    throw wireError(error);
  }
}

async function within(flight: Disposable, answer: unknown): Promise<unknown> {
  using _ = flight;
  return await answer;
}

async function* following(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

const wireError = (error: unknown): unknown =>
  new ORPCError('SEXTANT', {
    status: SextantError.is(error) ? Math.max(400, error.status) : 500,
    message: 'a Sextant call failed',
    data: toWire(error),
    cause: error,
  });

const off = (key: string, plugin: string, state: PluginState): SextantError =>
  new SextantError('SEXTANT_REMOTE_PLUGIN_OFF', {
    what: `The process that was asked for ${key} does not run the plugin "${plugin}": it is ${state} there.`,
    fix: `Enable it (sextant plugin enable ${plugin}), or mend what it failed of: sextant plugin list shows where it runs.`,
  });

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new RangeError('the call is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
