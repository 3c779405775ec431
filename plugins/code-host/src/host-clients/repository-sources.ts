import { SextantError, type z } from '@sextant/sdk';
import type { CodeHostKind, Connection, FoundRepository } from '../api/code-host-kinds.js';
import type { HostClient, PagedRequest } from '../api/host-clients.js';

/** One way in which a connection says what it lists, in repositories `R` as the host's API has them. */
export interface RepositorySource<R> {
  /** For people, such as "the organization team". */
  readonly title: string;
  /** Requests that the list takes, where that is known before it is asked for. */
  readonly requests?: number;
  /** `left` is told how many more requests it takes, where the host lets that be known. */
  list(client: HostClient, signal: AbortSignal, left?: (requests: number) => void): AsyncIterable<readonly R[]>;
  /** Asks for as little as tells whether the list would be given. */
  probe(client: HostClient, signal: AbortSignal): Promise<unknown>;
}

/** What is particular to a host whose API lists repositories `R`. */
export interface ListedHost<S extends z.ZodObject, R> {
  client(connection: Connection<z.output<S>>): HostClient;
  /** In the order in which they are listed. May throw where the configuration asks for what the host cannot list. */
  sources(config: z.output<S>): readonly RepositorySource<R>[];
  found(config: z.output<S>, repository: R): FoundRepository;
  /** One repository, asked for by itself: by its id where the host can, else by its address. Undefined, or a status 404: it is not there. */
  one(
    client: HostClient,
    repository: { readonly externalId: string; readonly cloneUrl: string },
    options: { readonly signal: AbortSignal; readonly config: z.output<S> },
  ): Promise<R | undefined>;
  /** Whether the connection lists it, as far as that shows without its lists; false where only a list could tell. */
  chooses(config: z.output<S>, repository: R): boolean;
}

/**
 * What all such kinds do alike: a list walks over the sources of the connection and gives each repository once; `find` answers with nothing for what the
 * host does not have, for another that has its name by now, and for what the connection does not choose; a check tries each source.
 */
export const listedBySources = <S extends z.ZodObject, R>(
  host: ListedHost<S, R>,
): Required<Pick<CodeHostKind<S>, 'list' | 'find' | 'check'>> => ({
  async *list(connection, { signal, progress, expected }) {
    const client = host.client(connection);
    const seen = new Set<string>();
    const sources = host.sources(connection.config);
    /** Requests of the sources that come later; NaN: one of them does not know. */
    let later = Number.NaN;
    let left = Number.NaN;
    const after = requestsAfter(sources);
    expected?.(async () => (Number.isNaN(left + later) ? undefined : client.completion(left + later)));
    for (const [at, source] of sources.entries()) {
      progress(`${seen.size} repositories, now ${source.title}`);
      later = after[at] ?? 0;
      left = source.requests ?? Number.NaN;
      const list = source.list(client, signal, (requests) => {
        left = requests;
      });
      for await (const page of list) {
        for (const repository of page) {
          const found = host.found(connection.config, repository);
          if (seen.has(found.externalId)) continue;
          seen.add(found.externalId);
          yield found;
        }
      }
    }
  },

  async find(connection, repository, { signal }) {
    const { config } = connection;
    try {
      const one = await host.one(host.client(connection), repository, { signal, config });
      if (one === undefined) return undefined;
      const found = host.found(config, one);
      return found.externalId === repository.externalId && host.chooses(config, one) ? found : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  },

  async check(connection, signal) {
    const client = host.client(connection);
    for (const source of host.sources(connection.config)) await source.probe(client, signal);
    return { ok: true };
  },
});

/** For each source, the requests of all that come after it; NaN where one of them does not know. */
function requestsAfter(sources: readonly RepositorySource<unknown>[]): readonly number[] {
  const after = new Array<number>(sources.length).fill(0);
  for (let at = sources.length - 2; at >= 0; at--) after[at] = (after[at + 1] ?? 0) + (sources[at + 1]?.requests ?? Number.NaN);
  return after;
}

/** Whether a host said, by status 404, that it does not have what was asked for. No other failure says anything of what it has (row 15). */
export const isAbsent = (error: unknown): boolean => SextantError.is(error) && error.details['status'] === 404;

export interface PagedSource<P, R> {
  readonly title: string;
  readonly path: string;
  readonly shape: z.ZodType<P>;
  /** The repositories of a page. */
  readonly of: (page: P) => readonly R[];
  /** The parameter by which the host is told how long a page is, and its length. A probe asks for one of length 1. */
  readonly size: readonly [parameter: string, entries: number];
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly next?: PagedRequest<P>['next'];
}

/** A list that the host gives page by page. */
export const pagedSource = <P, R>({ title, path, shape, of, size, query, next }: PagedSource<P, R>): RepositorySource<R> => ({
  title,
  async *list(client, signal, left) {
    const request = { signal, query: { ...query, [size[0]]: size[1] }, ...(next ? { next } : {}), ...(left ? { left } : {}) };
    for await (const page of client.pages(path, shape, request)) yield of(page);
  },
  probe: (client, signal) => client.get(path, shape, { signal, query: { ...query, [size[0]]: 1 }, priority: 'interactive' }),
});

/** One repository that the connection names. One that the host does not have is gone; any other failure says nothing of it. */
export const singleSource = <R>(title: string, path: string, shape: z.ZodType<R>): RepositorySource<R> => ({
  title,
  requests: 1,
  async *list(client, signal, left) {
    try {
      const one = await client.get(path, shape, { signal });
      left?.(0);
      yield [one];
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  },
  probe: (client, signal) => client.get(path, shape, { signal, priority: 'interactive' }),
});
