import type { SearchMatch } from '../api.js';
import type { Select } from '../query/select.js';

/** `select:` turns each match into what was asked for, and gives each of those once. */
export class Selection {
  readonly #seen = new Set<string>();

  constructor(private readonly select: Select | undefined) {}

  apply(matches: readonly SearchMatch[]): readonly SearchMatch[] {
    const { select } = this;
    if (!select) return matches;
    return matches.flatMap((match) => {
      const chosen = transform(match, select);
      if (!chosen) return [];
      const key = keyOf(chosen);
      if (key === undefined) return [chosen];
      if (this.#seen.has(key)) return [];
      this.#seen.add(key);
      return [chosen];
    });
  }
}

/** False for what has no lines to show. */
export const showsLines = (select: Select | undefined): boolean =>
  select === undefined || !['repo', 'file', 'file.path', 'file.directory', 'file.owners'].includes(select.kind);

function transform(match: SearchMatch, select: Select): SearchMatch | undefined {
  const { repository, branches, commit, freshness } = match;
  const base = { repository, branches, commit, freshness };
  switch (select.kind) {
    case 'repo':
      return match.type === 'repo' ? match : { ...base, type: 'repo', descriptionRanges: [], nameRanges: [], topics: [], metadata: {} };
    case 'file':
    case 'file.path':
      return 'path' in match
        ? {
            ...base,
            type: 'path',
            path: match.path,
            pathRanges: match.type === 'symbol' ? [] : match.pathRanges,
            score: match.score,
            ...(match.language ? { language: match.language } : {}),
          }
        : undefined;
    case 'file.directory': {
      if (!('path' in match)) return undefined;
      const slash = match.path.lastIndexOf('/');
      return { ...base, type: 'path', path: slash < 0 ? '' : match.path.slice(0, slash + 1), pathRanges: [], score: match.score };
    }
    case 'content':
      return match.type === 'content' ? match : undefined;
    case 'symbol':
      return match.type === 'symbol' ? match : undefined;
    case 'commit':
      return match.type === 'commit' ? match : undefined;
    case 'commit.diff':
      return match.type === 'commit' && match.diff !== undefined ? match : undefined;
    case 'commit.diff.added':
    case 'commit.diff.removed': {
      if (match.type !== 'commit' || match.diff === undefined) return undefined;
      const sign = select.kind === 'commit.diff.added' ? '+' : '-';
      const lines = match.diff.split('\n');
      const ranges = match.ranges.filter(([line]) => lines[line]?.startsWith(sign));
      return ranges.length > 0 ? { ...match, ranges } : undefined;
    }
    case 'file.owners':
      return undefined;
  }
}

function keyOf(match: SearchMatch): string | undefined {
  if (match.type === 'repo') return `r${match.repository.id}`;
  if (match.type === 'path') return `p${match.repository.id}\0${match.commit}\0${match.path}`;
  return undefined;
}
