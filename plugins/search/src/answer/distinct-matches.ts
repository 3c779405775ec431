import type { SearchMatch } from '../api.js';

/** Lets each result through once, where searches of several kinds or revisions may find the same: the first one stands. */
export class DistinctMatches {
  readonly #seen = new Set<string>();

  /** @param searches how many may find the same; of one, nothing is compared */
  constructor(private readonly searches: number) {}

  of(matches: readonly SearchMatch[]): readonly SearchMatch[] {
    if (this.searches < 2) return matches;
    return matches.filter((match) => {
      const key = keyOf(match);
      if (this.#seen.has(key)) return false;
      this.#seen.add(key);
      return true;
    });
  }
}

function keyOf(match: SearchMatch): string {
  const { id } = match.repository;
  const from = match.source ?? '';
  switch (match.type) {
    case 'repo':
      return `r${from}\0${id}`;
    case 'commit':
      return `${match.diff === undefined ? 'c' : 'd'}${from}\0${id}\0${match.oid}`;
    case 'symbol':
      return `s${from}\0${id}\0${match.commit}\0${match.path}`;
    default:
      return `f${from}\0${id}\0${match.commit}\0${match.path}`;
  }
}
