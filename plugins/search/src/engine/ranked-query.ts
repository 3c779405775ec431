import type { Atom } from './compiled-query.js';

/** What ranking looks for in documents, worked out once a query. */
export interface RankedQuery {
  /** The patterns whose hits are shown, in the order of the query. */
  readonly atoms: readonly Atom[];
  /** The words of a query of several, as one name may spell them: `rate limiter` is `RateLimiter` and `rate_limiter`. */
  readonly joined: string | undefined;
  /** Who names tests wants them. */
  readonly asksForTests: boolean;
}

export function rankedQuery(all: readonly Atom[]): RankedQuery {
  const atoms = all.filter(({ shown }) => shown);
  const words = atoms.map(({ pattern: { spec } }) => spec);
  const literal = words.length > 1 && words.every(({ kind }) => kind === 'literal');
  return {
    atoms,
    joined: literal ? squeezed(words.map(({ source }) => source).join('')) : undefined,
    asksForTests: words.some(({ source }) => /tests?|specs?/i.test(source)),
  };
}

/** A name without letter case and what separates its parts: equal for `EnvHttpProxyAgent`, `env_http_proxy_agent` and `env-http-proxy-agent`. */
export const squeezed = (name: string): string => name.toLowerCase().replace(/[\s_.-]+/g, '');

/**
 * What all patterns together are worth, by what each is. The best one leads, since a reader often adds words to a name to tell where it is;
 * what the others are decides among documents that have it.
 */
export const together = (worths: readonly number[], wanted: number): number =>
  worths.length === 0 ? 0 : (Math.max(...worths) + worths.reduce((sum, one) => sum + one, 0) / Math.max(wanted, 1)) / 2;
