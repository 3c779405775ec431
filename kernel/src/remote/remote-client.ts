import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { RemoteNode, Token } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import { Agent, type RequestInit, type Response, fetch as undiciFetch } from 'undici';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { parseRemoteAddress } from './remote-address.js';
import { causeHeaders } from './remote-cause.js';
import { fromWire, isWireError, WIRE_ERROR } from './remote-errors.js';
import type { RemoteTls } from './remote-server.js';
import { callSpan } from './remote-spans.js';

type Ask = (input: unknown, options: { signal?: AbortSignal }) => Promise<unknown>;
type Method = (options: { readonly signal?: AbortSignal }) => unknown;

/** Connections to other Sextant processes, one pool an address. */
export class RemoteClients {
  readonly #agents = new Map<string, { readonly agent: Agent; readonly base: string }>();

  constructor(
    private readonly tls: RemoteTls | undefined,
    private readonly tracing: Tracing = NO_TRACING,
  ) {}

  /** The service as the nodes of its role provide it together. */
  service<V>(token: Token<V>, addresses: readonly string[]): V | undefined {
    const nodes: RemoteNode<V>[] = addresses.map((address) => ({
      address,
      client: this.#client(token as unknown as Token<unknown>, address) as V,
    }));
    return token.remote?.combine ? token.remote.combine(nodes) : nodes[0]?.client;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map(({ agent }) => agent.destroy()));
    this.#agents.clear();
  }

  #client(token: Token<unknown>, address: string): Readonly<Record<string, Method>> {
    const { agent, base } = this.#connection(address);
    const link = new RPCLink({
      url: `${base}/rpc`,
      fetch: async (request, init) => {
        const response = await this.#fetch(address, request.url, {
          ...init,
          method: request.method,
          headers: { ...Object.fromEntries(request.headers), ...this.tracing.headers, ...causeHeaders() },
          body: request.body,
          duplex: 'half',
          signal: request.signal,
          dispatcher: agent,
        });
        // The same class as the global one, in a version of its own: only the types of its iterators differ.
        return response as unknown as globalThis.Response;
      },
    });
    const rpc = createORPCClient(link) as unknown as Record<string, Record<string, Ask>>;
    const methods = token.remote?.methods as Readonly<Record<string, string>>;
    return Object.fromEntries(
      Object.entries(methods).map(([method, kind]): [string, Method] => {
        const { name, options: span } = callSpan('client', token.key, method, address);
        const traced =
          (work: Method): Method =>
          (options) =>
            this.tracing.span(name, span, () => work(options));
        const remote = rpc[token.key]?.[method] as Ask;
        const ask = ({ signal, ...options }: { readonly signal?: AbortSignal }) => remote(options, signal ? { signal } : {}).catch(rethrow);
        if (kind === 'call') return [method, traced(ask)];
        if (kind === 'stream') return [method, traced((options) => objects(() => ask(options) as Promise<AsyncIterable<unknown>>))];
        return [method, traced((options) => this.#bytes(address, `${base}/bytes/${encodeURIComponent(token.key)}/${method}`, options))];
      }),
    );
  }

  async *#bytes(address: string, url: string, { signal, ...options }: { readonly signal?: AbortSignal }): AsyncGenerator<Uint8Array> {
    const response = await this.#fetch(address, url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.tracing.headers, ...causeHeaders() },
      body: JSON.stringify(options),
      ...(signal ? { signal } : {}),
      dispatcher: this.#connection(address).agent,
    });
    if (response.status !== 200) {
      const wire: unknown = await response.json().catch(() => undefined);
      throw isWireError(wire) ? fromWire(wire) : strange(address, response.status);
    }
    if (response.body) yield* response.body as unknown as AsyncIterable<Uint8Array>;
  }

  async #fetch(address: string, url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await undiciFetch(url, init);
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new SextantError('SEXTANT_REMOTE_UNREACHABLE', {
        what: `The Sextant process at ${address} does not answer.`,
        fix: 'See that it runs, that its address is right, and that its certificate is signed by our authority.',
        cause,
      });
    }
    if (!response.headers.has(WIRE_ERROR)) return response;
    const wire: unknown = await response.json().catch(() => undefined);
    throw isWireError(wire) ? fromWire(wire) : strange(address, response.status);
  }

  #connection(address: string): { readonly agent: Agent; readonly base: string } {
    let connection = this.#agents.get(address);
    if (!connection) {
      const at = parseRemoteAddress(address);
      const limits = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 };
      connection =
        at.kind === 'unix'
          ? { agent: new Agent({ ...limits, connect: { socketPath: at.path } }), base: 'http://sextant' }
          : {
              agent: new Agent({
                ...limits,
                ...(at.secure && this.tls ? { connect: { ...this.tls, minVersion: 'TLSv1.3' as const } } : {}),
              }),
              base: `${at.secure ? 'https' : 'http'}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`,
            };
      this.#agents.set(address, connection);
    }
    return connection;
  }
}

const strange = (address: string, status: number): SextantError =>
  new SextantError('SEXTANT_REMOTE_UNKNOWN', { what: `${address} answered with status ${status}.`, fix: 'See its log.' });

async function* objects(open: () => Promise<AsyncIterable<unknown>>): AsyncGenerator<unknown> {
  try {
    yield* await open();
  } catch (error) {
    rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if (error instanceof ORPCError && isWireError(error.data)) throw fromWire(error.data);
  if (error instanceof ORPCError && error.status === 404)
    throw new SextantError('SEXTANT_REMOTE_UNKNOWN', {
      what: 'Another Sextant process does not have the service that was asked of it.',
      fix: 'Give that process the role of the service, and the same version of the plugin.',
      cause: error,
    });
  throw error;
}
