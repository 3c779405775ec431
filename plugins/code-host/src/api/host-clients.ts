import { type Secret, serviceToken, type z } from '@sextant/sdk';
import type { KnownLimits } from './rate-limits.js';

export interface HostClientOptions {
  /** Base of the host's API, with or without a slash at its end. No request leaves its origin. */
  readonly url: string;
  /** The host's name for people, such as Gitea. */
  readonly title: string;
  readonly credential?: {
    /** Whose budget of requests is spent. */
    readonly secret: Secret;
    /** Default: `authorization: Bearer <secret>`. A function is asked for each request: for hosts whose tokens live shortly. */
    readonly header?: { readonly name: string; readonly value: Secret | ((signal: AbortSignal) => Promise<Secret>) };
  };
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the host writes before the JSON of each answer, so that no page can load it as a script. An answer without it is none of the host's API. */
  readonly jsonPrefix?: string;
  readonly limits?: KnownLimits;
  /** Milliseconds for one answer; default 30,000. */
  readonly timeout?: number;
  /** True for an answer by which the host says that it was asked too often, where its status and headers do not say so. */
  readonly limited?: (answer: HostAnswer) => boolean;
  /** What a refusal means at this host, such as the scope that the credential lacks. */
  readonly explain?: (answer: HostAnswer) => { readonly why?: string; readonly fix?: string } | undefined;
}

export interface HostAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Of JSON; undefined for anything else. */
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
}

export interface HostRequest {
  readonly signal: AbortSignal;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Default `background`. */
  readonly priority?: 'interactive' | 'background';
  /** What the request counts at the host; default 1. */
  readonly cost?: number;
}

export interface PagedRequest<P> extends HostRequest {
  /** Where the next page is: what it is asked with, or undefined after the last. Default: the `next` of the `link` header. */
  readonly next?: (page: P, headers: Headers) => Readonly<Record<string, string | number>> | undefined;
  /** Told before each page is given how many more there are; not told where the host does not say, by the `last` of its `link` header. */
  readonly left?: (pages: number) => void;
}

/**
 * A host's API over HTTP, as the outbound guard, the host's rate limits and its failures demand: waits for its turn, sends the credential, asks only
 * for what changed, tries again what may pass by, and says in words what went wrong, without a secret.
 *
 * Every method throws SEXTANT_CODE_HOST_REFUSED (401, 403), SEXTANT_CODE_HOST_ABSENT (404, 410), SEXTANT_CODE_HOST_DOWN (5xx),
 * SEXTANT_CODE_HOST_RATE_LIMITED, SEXTANT_CODE_HOST_ANSWER for whatever is not of the shape, or an error of outbound requests.
 */
export interface HostClient {
  /** `path` below the base. */
  get<T>(path: string, shape: z.ZodType<T>, request: HostRequest): Promise<T>;
  /** The answer whatever it holds, unless its status is an error: for what stands in headers. */
  ask(path: string, request: HostRequest): Promise<HostAnswer>;
  /** `repeatable`: nothing is done twice when it arrives twice, so that it may be tried again. `creates`: it counts as creation of content. */
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    shape: z.ZodType<T>,
    request: HostRequest & { readonly body?: unknown; readonly repeatable?: boolean; readonly creates?: boolean },
  ): Promise<T>;
  /** Page by page; a list that comes back to a page it gave, or does not end, throws. */
  pages<P>(path: string, shape: z.ZodType<P>, request: PagedRequest<P>): AsyncIterable<P>;
  /** When so many more background requests would be done, made one after the other: by the host's limits, and the time that its answers take. */
  completion(requests: number): Promise<Date>;
}

export interface HostClients {
  /** Opens no connection. Make one where it is needed: budgets are remembered, and shared, by host and credential. */
  client(options: HostClientOptions): HostClient;
}
export const hostClients = serviceToken<HostClients>('code-host.host-clients@1');
