import { createHash } from 'node:crypto';
import { type Clock, type OutboundHttp, type OutboundRequest, SextantError, type z } from '@sextant/sdk';
import type { HostAnswer, HostClient, HostClientOptions, HostRequest, PagedRequest } from '../api/host-clients.js';
import type { RateLimits } from '../api/rate-limits.js';
import { nameOf, shaped, statusFailure, unexpected } from './host-failures.js';
import { bodyOf, type KnownAnswer, type KnownAnswers } from './known-answers.js';
import { hasNextLink, nextByLink, nextByQuery, pagesLeft } from './next-page.js';
import { currentTally } from './request-tally.js';

export interface HostClientParts {
  readonly http: Pick<OutboundHttp, 'fetch'>;
  readonly limits: RateLimits;
  readonly known: KnownAnswers;
  readonly clock: Clock;
  readonly random?: () => number;
}

type Sending = HostRequest & {
  readonly body?: unknown;
  readonly repeatable?: boolean;
  readonly creates?: boolean;
  /** A page of a list that goes on by links. */
  readonly linked?: boolean;
};

/** What may have gone by a moment later. A name that does not resolve, or a certificate, stays as it is. */
const PASSING_STATUS = [500, 502, 503, 504];
const PASSING_FAILURE = ['connection', 'protocol'];
const TRIES = 3;
const FIRST_WAIT = 500;
/** Times that a host may refuse one request for being one too many: each comes after the wait that it asked for. */
const REFUSALS = 4;
/** Milliseconds that somebody who waits for an answer waits for the turn. */
const PATIENCE = 10_000;
const MOST_PAGES = 20_000;

export class HttpHostClient implements HostClient {
  readonly #base: URL;

  constructor(
    private readonly options: HostClientOptions,
    private readonly parts: HostClientParts,
  ) {
    this.#base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
  }

  async get<T>(path: string, shape: z.ZodType<T>, request: HostRequest): Promise<T> {
    return shaped(this.options, await this.#settled('GET', this.#url(path, request), request), shape);
  }

  ask(path: string, request: HostRequest): Promise<HostAnswer> {
    return this.#settled('GET', this.#url(path, request), request);
  }

  async send<T>(method: string, path: string, shape: z.ZodType<T>, request: Sending): Promise<T> {
    return shaped(this.options, await this.#settled(method, this.#url(path, request), request), shape);
  }

  async *pages<P>(path: string, shape: z.ZodType<P>, request: PagedRequest<P>): AsyncGenerator<P> {
    /** Addresses, and digests of what was there. */
    const seen = new Set<string>();
    for (let url: URL | undefined = this.#url(path, request); url !== undefined; ) {
      if (seen.has(url.href) || seen.size >= 2 * MOST_PAGES) throw unexpected(this.options, 'Its list does not end.');
      seen.add(url.href);
      const answer: HostAnswer = await this.#settled('GET', url, { ...request, linked: request.next === undefined });
      const page = shaped(this.options, answer, shape);
      const next = request.next?.(page, answer.headers);
      const following: URL | undefined = request.next ? next && nextByQuery(next, url) : nextByLink(answer.headers, url, this.#base);
      const left = following === undefined ? 0 : pagesLeft(answer.headers, url);
      if (left !== undefined) request.left?.(left);
      const digest = createHash('sha256')
        .update(JSON.stringify(listedIn(page)))
        .digest('base64');
      if (seen.has(digest)) throw unexpected(this.options, 'It gave the same page of its list twice.');
      seen.add(digest);
      yield page;
      url = following;
    }
  }

  completion(requests: number): Promise<Date> {
    const { url, credential } = this.options;
    return this.parts.limits.completion({ host: url, credential: credential?.secret, requests, atOnce: 1 });
  }

  #url(path: string, { query = {} }: HostRequest): URL {
    const url = new URL(path.replace(/^\/+/, ''), this.#base);
    if (url.origin !== this.#base.origin) throw unexpected(this.options, 'A request would have gone to another server.');
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  /** @returns a success. @throws what its status means, once it does not help to ask again. */
  async #settled(method: string, url: URL, request: Sending): Promise<HostAnswer> {
    const repeatable = method === 'GET' || request.repeatable === true;
    let failures = 0;
    for (let refusals = 0; ; ) {
      let answer: HostAnswer;
      let limited: boolean;
      try {
        ({ answer, limited } = await this.#once(method, url, request));
      } catch (error) {
        const reason = SextantError.is(error) && error.code === 'SEXTANT_OUTBOUND_FAILED' ? String(error.details['reason']) : '';
        if (!repeatable || !PASSING_FAILURE.includes(reason) || ++failures >= TRIES) throw error;
        await this.#pause(failures, request.signal);
        continue;
      }
      if (limited) {
        // The next turn comes when the host lets it.
        if (++refusals >= REFUSALS) throw this.#stillLimited();
      } else if (PASSING_STATUS.includes(answer.status) && repeatable && ++failures < TRIES) await this.#pause(failures, request.signal);
      else {
        const failure = statusFailure(this.options, answer);
        if (failure) throw failure;
        return answer;
      }
    }
  }

  async #once(method: string, url: URL, request: Sending): Promise<{ readonly answer: HostAnswer; readonly limited: boolean }> {
    const { options, parts } = this;
    const { signal, priority = 'background', cost, creates } = request;
    using turn = await parts.limits.turn({
      host: options.url,
      credential: options.credential?.secret,
      priority,
      signal,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(priority === 'interactive' ? { patience: PATIENCE } : {}),
      ...(cost === undefined ? {} : { cost }),
      ...(creates === undefined ? {} : { creates }),
    });
    const spender = `${options.credential?.secret.reveal() ?? ''}\n${JSON.stringify(options.headers ?? {})}`;
    const found = method === 'GET' ? await parts.known.find(spender, url) : undefined;
    // A last page that has not changed may not be the last any more, and only a whole answer has the link that says so.
    const known = request.linked && !hasNext(found) ? undefined : found;
    const response = await parts.http.fetch(url.href, await this.#outbound(method, request, known));
    if (response.status === 304 && known) {
      await turn.learn(response);
      return { answer: await remembered(known, options.jsonPrefix), limited: false };
    }
    const text = await response.text();
    const { status, headers } = response;
    const answer = { status, headers, text, body: json(text, options.jsonPrefix) };
    const limited = await turn.learn({ status, headers, limited: options.limited?.(answer) ?? false });
    await this.#count();
    if (status === 200 && method === 'GET') await parts.known.keep(spender, url, headers, text);
    return { answer, limited };
  }

  async #count(): Promise<void> {
    const tally = currentTally();
    if (!tally) return;
    const { url, credential, limits } = this.options;
    const { perHour } = await this.parts.limits.state({ host: url, credential: credential?.secret });
    tally.requests++;
    tally.perHour = Math.min(perHour ?? Number.POSITIVE_INFINITY, limits?.requestsPerHour ?? Number.POSITIVE_INFINITY);
  }

  async #outbound(method: string, { signal, body }: Sending, known: KnownAnswer | undefined): Promise<OutboundRequest> {
    const { credential, timeout, headers = {} } = this.options;
    const { name = 'authorization', value = credential?.secret } = credential?.header ?? {};
    const secret = (typeof value === 'function' ? await value(signal) : value)?.reveal();
    return {
      from: 'admin',
      method,
      signal,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(secret === undefined ? {} : { [name]: credential?.header ? secret : `Bearer ${secret}` }),
        ...(known ? { 'if-none-match': known.etag } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(timeout === undefined ? {} : { timeout }),
    };
  }

  /** Longer each time, and never the same for two that failed together. */
  #pause(failures: number, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.parts;
    return clock.sleep(FIRST_WAIT * 2 ** (failures - 1) * (0.5 + random()), signal);
  }

  #stillLimited(): SextantError {
    return new SextantError('SEXTANT_CODE_HOST_RATE_LIMITED', {
      what: `${nameOf(this.options)} takes no more requests for now.`,
      why: `It refused one ${REFUSALS} times, each after the wait that it had asked for.`,
      fix: 'See who else uses the credential, or give the connection one of its own.',
    });
  }
}

/** What a page lists, without what it says of the page itself: that may go on where the list does not. */
function listedIn(page: unknown): unknown {
  if (typeof page !== 'object' || page === null || Array.isArray(page)) return page;
  const lists = Object.values(page).filter(Array.isArray);
  return lists.length === 0 ? page : lists;
}

const hasNext = (known: KnownAnswer | undefined): boolean => known?.link !== undefined && hasNextLink(known.link);

async function remembered(known: KnownAnswer, prefix: string | undefined): Promise<HostAnswer> {
  const text = await bodyOf(known);
  const headers = new Headers({ 'content-type': known.type, ...(known.link === undefined ? {} : { link: known.link }) });
  return { status: 200, headers, text, body: json(text, prefix) };
}

function json(text: string, prefix = ''): unknown {
  if (!text.startsWith(prefix)) return undefined;
  try {
    return JSON.parse(text.slice(prefix.length));
  } catch {
    return undefined;
  }
}
