import { type OutboundHttp, type OutboundRequest, SextantError } from '@sextant/sdk';
import { type Dispatcher, EnvHttpProxyAgent, fetch, type Response as UndiciResponse } from 'undici';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { AddressRules, isAddress, type UrlFrom } from './address-rules.js';
import { boundedResponse } from './bounded-response.js';
import { failureWords, isBadPort, ownError } from './failure-words.js';
import { checkedAddresses, guardedLookup, type Lookup, resolveName } from './guarded-lookup.js';
import './outbound-errors.js';
import type { OutboundLog } from './outbound-log.js';
import { type Hop, MOST_REDIRECTS, nextHop, notFollowed } from './redirects.js';

const TIMEOUT = 30_000;
const MAX_BODY = 32 * 1024 * 1024;
/** To one server at once, for each kind of URL. */
const CONNECTIONS = 32;

export interface OutboundOptions {
  /** The configuration's `outbound.allow`. */
  readonly allow?: readonly string[];
  /** Of Sextant, for the `user-agent` of requests that have none. */
  readonly version?: string;
  readonly log?: Pick<OutboundLog, 'record'> | undefined;
  readonly tracing?: Tracing;
  /** How names are resolved. Default: as the system does. */
  readonly lookup?: Lookup | undefined;
  /** Default: as the environment says (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). */
  readonly proxy?: { readonly httpProxy?: string; readonly httpsProxy?: string; readonly noProxy?: string };
}

/**
 * Requests to other servers, of all plugins of this process. A name is resolved, its addresses are checked, and the connection is made to what was
 * checked; each redirect is a request of its own. Connections for URLs of people and of admins are apart: what one opened, the other does not use.
 * Through a proxy it is the proxy that resolves names; what can be known of an address here is checked all the same.
 */
export class Outbound {
  readonly #rules: AddressRules;
  readonly #agents: Readonly<Record<UrlFrom, Dispatcher>>;
  readonly #tracing: Tracing;
  readonly #lookup: Lookup;

  constructor(private readonly options: OutboundOptions = {}) {
    this.#lookup = options.lookup ?? resolveName;
    this.#rules = new AddressRules(options.allow ?? []);
    this.#tracing = options.tracing ?? NO_TRACING;
    this.#agents = { person: this.#agentFor('person'), admin: this.#agentFor('admin') };
  }

  /** The plugin's way out. */
  of(plugin: string): OutboundHttp {
    return {
      fetch: (url, request = {}) => this.#fetch(plugin, url, request),
      resolve: (url, options = {}) => this.#resolve(url, options),
    };
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#agents).map((agent) => agent.destroy()));
  }

  async #fetch(plugin: string, text: string, request: OutboundRequest): Promise<Response> {
    const { signal, timeout = TIMEOUT, maxBody = MAX_BODY } = request;
    signal?.throwIfAborted();
    const headers = sendable(request.headers);
    if (!headers.has('user-agent')) headers.set('user-agent', `Sextant/${this.options.version ?? 'unknown'}`);
    const deadline = AbortSignal.timeout(timeout);
    const ended = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const failed = (url: URL) => (cause: unknown) =>
      signal?.aborted ? signal.reason : failure(url, cause, deadline.aborted ? timeout : undefined);
    let hop: Hop = {
      url: parsed(text),
      method: (request.method ?? 'GET').toUpperCase(),
      headers,
      body: request.body,
      from: request.from ?? 'person',
    };
    for (let redirects = 0; ; redirects++) {
      const { url } = hop;
      const response = await this.#ask(plugin, hop, ended, failed(url));
      const next =
        request.redirect === 'manual'
          ? undefined
          : await closing(response, () => nextHop(hop, response.status, response.headers.get('location')));
      if (next === undefined) return boundedResponse(response, url, maxBody, failed(url));
      if (redirects === MOST_REDIRECTS) throw notFollowed(hop, `There are more than ${MOST_REDIRECTS}.`);
      hop = next;
    }
  }

  /** One request, checked, traced and logged. */
  async #ask(plugin: string, hop: Hop, signal: AbortSignal, failed: (cause: unknown) => unknown): Promise<UndiciResponse> {
    const { url, method, headers, body, from } = hop;
    const startedAt = new Date();
    const began = performance.now();
    const record = (end: { readonly response?: UndiciResponse; readonly error?: unknown }): void =>
      this.options.log?.record({ plugin, hop, startedAt, duration: performance.now() - began, ...end });
    const span = {
      kind: 'client',
      attributes: { 'http.request.method': method, 'server.address': url.hostname, 'sextant.plugin': plugin },
    } as const;
    return this.#tracing.span(`${method}`, span, async ({ set, failed: spanFailed }) => {
      try {
        await this.#check(hop, signal);
        const response = await fetch(url, {
          method,
          headers: [...headers],
          ...(body === undefined ? {} : { body }),
          redirect: 'manual',
          signal,
          dispatcher: this.#agents[from],
        });
        set('http.response.status_code', response.status);
        if (response.status >= 400) spanFailed(String(response.status));
        record({ response });
        return response;
      } catch (cause) {
        const error = ownError(cause) ?? failed(cause);
        record({ error });
        throw error;
      }
    });
  }

  /** What a socket's lookup does not see: an address in the place of a name, and a name that a proxy resolves. */
  async #check({ url, from }: Hop, signal: AbortSignal): Promise<void> {
    if (isAddress(url.hostname) || this.#proxied) await this.#addresses(url, from, signal);
  }

  async #addresses(url: URL, from: UrlFrom, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await checkedAddresses(url.hostname, { rules: this.#rules, from, lookup: this.#lookup, signal });
    } catch (error) {
      // A network that goes out by a proxy alone may resolve no name of the outside.
      if (SextantError.is(error) || signal.aborted || !url.protocol.startsWith('http') || !this.#proxied) throw error;
      return [];
    }
  }

  async #resolve(text: string, { from = 'person', signal }: Pick<OutboundRequest, 'from' | 'signal'>): Promise<readonly string[]> {
    signal?.throwIfAborted();
    const url = parsed(text, ['http:', 'https:', 'ssh:', 'smtp:']);
    const deadline = AbortSignal.timeout(TIMEOUT);
    try {
      return await this.#addresses(url, from, signal ? AbortSignal.any([signal, deadline]) : deadline);
    } catch (cause) {
      signal?.throwIfAborted();
      throw ownError(cause) ?? failure(url, cause, deadline.aborted ? TIMEOUT : undefined);
    }
  }

  get #proxied(): boolean {
    const { proxy } = this.options;
    const { env } = process;
    return Boolean(
      proxy?.httpProxy ?? proxy?.httpsProxy ?? env['https_proxy'] ?? env['HTTPS_PROXY'] ?? env['http_proxy'] ?? env['HTTP_PROXY'],
    );
  }

  #agentFor(from: UrlFrom): Dispatcher {
    return new EnvHttpProxyAgent({
      ...this.options.proxy,
      connections: CONNECTIONS,
      allowH2: false,
      connect: { lookup: guardedLookup(this.#rules, from, this.#lookup) },
    });
  }
}

/** @throws SEXTANT_OUTBOUND_URL, without the text, which may hold a secret. */
function parsed(text: string, schemes: readonly string[] = ['http:', 'https:']): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !schemes.includes(url.protocol) || url.hostname === '') throw malformed('It is not an http or https URL.');
  // By ssh everybody comes as a user, such as git.
  if ((url.username !== '' && url.protocol !== 'ssh:') || url.password !== '') throw malformed('It holds a user or a password.');
  return url;
}

/** @throws SEXTANT_OUTBOUND_HEADER, without what stands there and without the platform's error, which quotes it: it may be a token with a line break. */
function sendable(given: OutboundRequest['headers']): Headers {
  try {
    return new Headers(given);
  } catch {
    throw new SextantError('SEXTANT_OUTBOUND_HEADER', {
      what: 'A header of the request cannot be sent.',
      why: 'Its name is none, or its value holds a line break or another character that headers do not take.',
      fix: 'Enter the credential again, as one line.',
    });
  }
}

const malformed = (why: string): SextantError =>
  new SextantError('SEXTANT_OUTBOUND_URL', {
    what: 'The address cannot be called.',
    why,
    fix: 'Write an http:// or https:// address without credentials.',
  });

function failure(url: URL, cause: unknown, timeout: number | undefined): SextantError {
  if (isBadPort(cause)) return malformed(`Port ${url.port} is not one for HTTP.`);
  const { reason, why } =
    timeout === undefined ? failureWords(cause) : { reason: 'timeout', why: `It did not answer within ${timeout} ms.` };
  return new SextantError('SEXTANT_OUTBOUND_FAILED', {
    what: `${url.host} could not be reached.`,
    why,
    fix: 'Check the address, the network and the other server.',
    cause,
    details: { host: url.host, reason },
  });
}

/** A redirect's own body is not read. */
async function closing<R>(response: UndiciResponse, work: () => R | undefined): Promise<R | undefined> {
  try {
    const result = work();
    if (result !== undefined) await response.body?.cancel();
    return result;
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
}
