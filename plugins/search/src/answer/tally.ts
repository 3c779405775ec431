import type { SearchFilter, SearchMatch, SearchProgress, SkippedItem, Verdict, VerdictReason } from '../api.js';

interface Reason {
  readonly reason: VerdictReason;
  message: string;
  readonly repositories: Set<string>;
  count: number;
  /** Said for information; the answer may still be exhaustive. */
  readonly harmless: boolean;
}

const MAX_NAMED = 20;
const MAX_FACETS = 25;

/** What one search found and what it left out: the source of progress, filters and the verdict. */
export class Tally {
  readonly #started: number;
  readonly #repositories = new Set<number>();
  readonly #reasons = new Map<VerdictReason, Reason>();
  readonly #facets = new Map<string, { filter: Omit<SearchFilter, 'count' | 'limitHit'>; count: number }>();
  matchCount = 0;
  #oldestIndex: string | undefined;

  constructor(private readonly now: () => number) {
    this.#started = now();
  }

  /** Counts matches, shown or not. */
  add(matches: readonly SearchMatch[]): void {
    for (const match of matches) {
      const count = countOf(match);
      this.matchCount += count;
      this.#repositories.add(match.repository.id);
      this.#facet('repo', `repo:^${escaped(match.repository.name)}$`, match.repository.name, count);
      if ('language' in match && match.language) this.#facet('lang', `lang:${quoted(match.language)}`, match.language, count);
      if ('path' in match) {
        const ending = /\.([A-Za-z0-9]{1,10})$/.exec(match.path)?.[1];
        if (ending) this.#facet('file', `file:\\.${ending}$`, `.${ending}`, count);
        if (/(?:^|\/)(?:tests?|__tests__|spec)\/|[._-](?:test|spec)\.[a-z]+$/i.test(match.path))
          this.#facet('utility', '-file:(^|/)(tests?|__tests__|spec)/|[._-](test|spec)\\.', 'Exclude tests', count);
      }
      this.#facet('type', `type:${TYPE_FILTER[match.type]}`, TYPE_LABEL[match.type], count);
      if (match.freshness && (this.#oldestIndex === undefined || match.freshness.indexedAt < this.#oldestIndex))
        this.#oldestIndex = match.freshness.indexedAt;
    }
  }

  /** Notes that something was left out. */
  leaveOut(
    reason: VerdictReason,
    message: string,
    details: { readonly repository?: string; readonly count?: number; readonly harmless?: boolean } = {},
  ): void {
    const entry = this.#reasons.get(reason) ?? {
      reason,
      message,
      repositories: new Set<string>(),
      count: 0,
      harmless: details.harmless ?? false,
    };
    this.#reasons.set(reason, entry);
    entry.message = message;
    entry.count += details.count ?? 1;
    if (details.repository !== undefined) entry.repositories.add(details.repository);
  }

  progress(done: boolean, repositoriesCount: number): SearchProgress {
    return {
      done,
      matchCount: this.matchCount,
      durationMs: Math.round(this.now() - this.#started),
      repositoriesCount,
      skipped: this.skipped(),
    };
  }

  skipped(): readonly SkippedItem[] {
    return [...this.#reasons.values()].flatMap((entry) => {
      const shape = SKIPPED[entry.reason];
      if (!shape) return [];
      const named = [...entry.repositories].slice(0, MAX_NAMED);
      return [
        {
          reason: shape.reason,
          title: shape.title(entry.count),
          message: `${entry.message}${named.length > 0 ? `\n${named.map((n) => `* ${n}`).join('\n')}` : ''}`,
          severity: shape.severity,
          ...(shape.suggested ? { suggested: shape.suggested(entry.message) } : {}),
        },
      ];
    });
  }

  verdict(): Verdict {
    const reasons = [...this.#reasons.values()];
    const exhaustive = reasons.every((r) => r.harmless);
    const said = reasons.filter((r) => !r.harmless).map((r) => r.message.replace(/\.$/, ''));
    return {
      exhaustive,
      reasons: reasons.map((r) => ({
        reason: r.reason,
        message: r.message,
        ...(r.repositories.size > 0 ? { repositories: [...r.repositories].slice(0, MAX_NAMED) } : {}),
        count: r.count,
      })),
      words: exhaustive ? 'Everything you may see was searched.' : `This answer is incomplete: ${said.join('; ')}.`,
      ...(this.#oldestIndex ? { oldestIndexAt: this.#oldestIndex } : {}),
    };
  }

  /** The facets with most matches, of each kind. */
  filters(limitHit: boolean): readonly SearchFilter[] {
    const byKind = Map.groupBy([...this.#facets.values()], ({ filter }) => filter.kind);
    return [...byKind.values()].flatMap((list) =>
      list
        .sort((a, b) => b.count - a.count || (a.filter.value < b.filter.value ? -1 : 1))
        .slice(0, MAX_FACETS)
        .map(({ filter, count }) => ({ ...filter, count, limitHit })),
    );
  }

  #facet(kind: string, value: string, label: string, count: number): void {
    const key = `${kind}\0${value}`;
    const facet = this.#facets.get(key);
    if (facet) facet.count += count;
    else if (this.#facets.size < 10_000) this.#facets.set(key, { filter: { kind, value, label }, count });
  }
}

/** How many matches one result counts as. */
export function countOf(match: SearchMatch): number {
  if (match.type === 'content') return Math.max(1, match.matchCount);
  if (match.type === 'symbol') return match.symbols.length;
  if (match.type === 'commit') return Math.max(1, match.ranges.length);
  return 1;
}

const TYPE_FILTER = { content: 'file', path: 'path', symbol: 'symbol', repo: 'repo', commit: 'commit' } as const;
const TYPE_LABEL = { content: 'Code', path: 'Paths', symbol: 'Symbols', repo: 'Repositories', commit: 'Commits' } as const;

const plural = (count: number, one: string, many: string): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

interface SkippedShape {
  readonly reason: string;
  readonly severity: SkippedItem['severity'];
  title(count: number): string;
  suggested?(message: string): { readonly title: string; readonly queryExpression: string };
}

/** The stream's own words for what was skipped. */
const SKIPPED: Partial<Record<VerdictReason, SkippedShape>> = {
  capped: {
    reason: 'shard-match-limit',
    severity: 'info',
    title: () => 'result limit hit',
    suggested: () => ({ title: 'show more', queryExpression: 'count:all' }),
  },
  'timed-out': {
    reason: 'shard-timedout',
    severity: 'warn',
    title: () => 'search timed out',
    suggested: () => ({ title: 'allow more time', queryExpression: 'timeout:60s' }),
  },
  'shard-missing': { reason: 'error', severity: 'error', title: (n) => `${plural(n, 'repository', 'repositories')} not searched` },
  degraded: { reason: 'error', severity: 'error', title: (n) => `${plural(n, 'repository', 'repositories')} searched in part` },
  'repository-cloning': { reason: 'repository-cloning', severity: 'info', title: (n) => `${n} cloning` },
  'repository-missing': { reason: 'repository-missing', severity: 'info', title: (n) => `${n} missing` },
  'not-indexed': {
    reason: 'repository-limit',
    severity: 'warn',
    title: (n) => `${plural(n, 'repository', 'repositories')} not indexed yet`,
  },
  'skipped-files': { reason: 'document-match-limit', severity: 'info', title: (n) => `${plural(n, 'file', 'files')} known by path only` },
  excluded: {
    reason: 'excluded-fork',
    severity: 'info',
    title: (n) => `${plural(n, 'fork or archived repository', 'forks and archived repositories')} excluded`,
    suggested: () => ({ title: 'include them', queryExpression: 'fork:yes archived:yes' }),
  },
  error: { reason: 'error', severity: 'error', title: () => 'part of the search failed' },
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const quoted = (text: string): string => (/\s/.test(text) ? JSON.stringify(text) : text);
