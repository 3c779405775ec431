import type { Repository } from '@sextant/plugin-code-host/api';
import type { Freshness, SearchFilter, SearchMatch, SearchProgress, SkippedItem, Verdict, VerdictReason } from '../api.js';
import type { EngineCounts } from '../engine/contract.js';
import { durationInWords } from './duration-in-words.js';
import { Facets } from './facets.js';
import { plural } from './plural.js';

/** A repository as a verdict names it. */
export type NamedRepository = Pick<Repository, 'id' | 'name'>;

export interface LeftOut {
  /** Named apart from the message, so that it can be left unsaid to somebody who may not see it any more. */
  readonly repository?: NamedRepository;
  /** Things left out; default 1. */
  readonly count?: number;
  /** Said for information; the answer may still be exhaustive. */
  readonly harmless?: boolean;
}

/** One thing that was left out, for one cause. */
interface Note {
  readonly message: string;
  harmless: boolean;
  /** What counts whatever repository it was in. */
  general: number;
  readonly repositories: Map<number, { readonly name: string; count: number }>;
}

/** As {@link Note}, of repositories that may be named. */
interface Said {
  readonly message: string;
  readonly harmless: boolean;
  readonly names: readonly string[];
  readonly count: number;
}

type Sees = (repositoryId: number) => boolean;
const seesAll: Sees = () => true;

const MAX_NOTES = 20;
const MAX_SAID = 3;
const MAX_NAMED = 20;

/** What one search found and what it left out: the source of progress, filters and the verdict. */
export class Tally {
  readonly #started: number;
  readonly #reasons = new Map<VerdictReason, Map<string, Note>>();
  readonly #facets: Facets;
  matchCount = 0;
  /** Matches from commits that the mirror has moved past. */
  #behind = 0;
  /** The longest of theirs, in seconds. */
  #lag = 0;
  #oldestIndex: string | undefined;

  /** @param now milliseconds of a clock that nobody sets @param began the time of day */
  constructor(
    private readonly now: () => number,
    began: Date,
  ) {
    this.#started = now();
    this.#facets = new Facets(began);
  }

  /** Counts matches, shown or not. */
  add(matches: readonly SearchMatch[]): void {
    for (const match of matches) {
      const count = countOf(match);
      this.#found(count, match.freshness);
      this.#facets.add(match, count);
    }
  }

  /** Counts matches of which only the numbers are known. */
  addCounts(repository: NamedRepository, counts: EngineCounts, freshness: Freshness): void {
    this.#found(counts.kinds.content + counts.kinds.path, freshness);
    this.#facets.addCounts(repository, counts);
  }

  #found(count: number, { stale, lagSeconds, indexedAt }: Freshness): void {
    this.matchCount += count;
    if (stale) {
      this.#behind += count;
      this.#lag = Math.max(this.#lag, lagSeconds);
    }
    if (indexedAt && (this.#oldestIndex === undefined || indexedAt < this.#oldestIndex)) this.#oldestIndex = indexedAt;
  }

  /** Notes that something was left out. The message names no repository. */
  leaveOut(reason: VerdictReason, message: string, { repository, count = 1, harmless = false }: LeftOut = {}): void {
    const notes = this.#reasons.get(reason) ?? new Map<string, Note>();
    this.#reasons.set(reason, notes);
    const text = notes.has(message) || notes.size < MAX_NOTES ? message : (notes.keys().next().value as string);
    const note = notes.get(text) ?? { message: text, harmless, general: 0, repositories: new Map() };
    notes.set(text, note);
    note.harmless &&= harmless;
    if (!repository) note.general += count;
    else {
      const entry = note.repositories.get(repository.id);
      if (entry) entry.count = Math.max(entry.count, count);
      else note.repositories.set(repository.id, { name: repository.name, count });
    }
  }

  /** Notes results that were counted and not shown, as more than `display` were not asked for; with 0 nobody expects any. */
  leaveUnshown(display: number, count: number): void {
    if (display > 0 && count > 0)
      this.leaveOut('display', `${plural(display, 'result is', 'results are')} shown of those that were counted`, {
        count,
        harmless: true,
      });
  }

  /** @param sees which repositories may be spoken of at this moment */
  progress(done: boolean, repositoriesCount: number, sees: Sees = seesAll): SearchProgress {
    return {
      done,
      matchCount: this.matchCount,
      durationMs: Math.round(this.now() - this.#started),
      repositoriesCount,
      skipped: this.skipped(sees),
    };
  }

  skipped(sees: Sees = seesAll): readonly SkippedItem[] {
    return [...this.#reasons.keys()].flatMap((reason) => {
      const shape = SKIPPED[reason];
      const said = this.#said(reason, sees);
      if (!shape || said.length === 0 || (shape.onlyHarm && said.every((s) => s.harmless))) return [];
      const names = namesOf(said).slice(0, MAX_NAMED);
      const message = said.map((s) => s.message).join('; ');
      return [
        {
          reason: shape.reason,
          title: shape.title(countIn(said)),
          message: `${message}${names.map((name) => `\n* ${name}`).join('')}`,
          severity: shape.severity,
          ...(shape.suggested ? { suggested: shape.suggested() } : {}),
        },
      ];
    });
  }

  verdict(sees: Sees = seesAll): Verdict {
    const reasons = [...this.#reasons.keys()]
      .map((reason) => ({ reason, said: this.#said(reason, sees) }))
      .filter(({ said }) => said.length > 0);
    const harm = reasons.flatMap(({ said }) => said.filter((s) => !s.harmless));
    const byDefault = reasons.filter(({ reason }) => BY_DEFAULT.includes(reason)).flatMap(({ said }) => said);
    const exhaustive = harm.length === 0;
    return {
      exhaustive,
      reasons: reasons.map(({ reason, said }) => {
        const names = namesOf(said);
        return {
          reason,
          message: said.map((s) => s.message).join('; '),
          ...(names.length > 0 ? { repositories: names.slice(0, MAX_NAMED) } : {}),
          count: countIn(said),
        };
      }),
      words: exhaustive
        ? ['Everything you may see was searched', ...byDefault.map((s) => s.message)].join('; ').concat('.')
        : `This answer is incomplete: ${harm.map(inWords).join('; ')}.`,
      ...(this.#oldestIndex ? { oldestIndexAt: this.#oldestIndex } : {}),
      ...(this.#behind > 0 ? { lagSeconds: this.#lag } : {}),
    };
  }

  #said(reason: VerdictReason, sees: Sees): readonly Said[] {
    const notes = [...(this.#reasons.get(reason)?.values() ?? [])];
    return notes.flatMap(({ message, harmless, general, repositories }) => {
      const seen = [...repositories].filter(([id]) => sees(id)).map(([, entry]) => entry);
      if (general === 0 && seen.length === 0) return [];
      const behind = reason === 'stale' ? `; ${this.#behindInWords()}` : '';
      const count = general + seen.reduce((sum, entry) => sum + entry.count, 0);
      return [{ message: `${message}${behind}`, harmless, names: seen.map((entry) => entry.name), count }];
    });
  }

  #behindInWords(): string {
    const results = `${this.#behind} of these results are from the older commits`;
    return this.#lag === 0 ? results : `${results}, which are behind by ${durationInWords(this.#lag)} or more`;
  }

  /** The facets with most matches, of each kind. */
  filters(limitHit: boolean, sees: Sees = seesAll): readonly SearchFilter[] {
    return this.#facets.list(limitHit, sees);
  }
}

/** How many matches one result counts as. */
export function countOf(match: SearchMatch): number {
  if (match.type === 'content') return Math.max(1, match.matchCount);
  if (match.type === 'symbol') return match.symbols.length;
  if (match.type === 'commit') return Math.max(1, match.ranges.length);
  return 1;
}

const namesOf = (said: readonly Said[]): readonly string[] => [...new Set(said.flatMap((s) => s.names))].sort();
const countIn = (said: readonly Said[]): number => said.reduce((sum, s) => sum + s.count, 0);

function inWords({ message, names }: Said): string {
  if (names.length === 0) return message;
  const more = names.length - MAX_SAID;
  return `${message} (${names.slice(0, MAX_SAID).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

interface SkippedShape {
  readonly reason: string;
  readonly severity: SkippedItem['severity'];
  title(count: number): string;
  /** Not shown when the answer is whole in spite of it. */
  readonly onlyHarm?: boolean;
  suggested?(): { readonly title: string; readonly queryExpression: string };
}

/** What the query leaves out unless it says otherwise. */
const BY_DEFAULT: readonly VerdictReason[] = ['excluded-fork', 'excluded-archive'];

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
  'not-parsed': { reason: 'not-parsed', severity: 'warn', title: (n) => `${plural(n, 'file', 'files')} not parsed` },
  'repository-limit': {
    reason: 'repository-limit',
    severity: 'warn',
    title: (n) => `${plural(n, 'history', 'histories')} not searched`,
  },
  'excluded-fork': {
    reason: 'excluded-fork',
    severity: 'info',
    title: (n) => `${plural(n, 'fork', 'forks')} excluded`,
    suggested: () => ({ title: 'include forks', queryExpression: 'fork:yes' }),
  },
  'excluded-archive': {
    reason: 'excluded-archive',
    severity: 'info',
    title: (n) => `${plural(n, 'archived repository', 'archived repositories')} excluded`,
    suggested: () => ({ title: 'include archived ones', queryExpression: 'archived:yes' }),
  },
  display: { reason: 'display', severity: 'info', title: (n) => `${plural(n, 'result', 'results')} not shown` },
  stale: { reason: 'stale', severity: 'info', title: (n) => `${plural(n, 'repository has', 'repositories have')} newer commits` },
  'permission-limited': { reason: 'permission-limited', severity: 'warn', title: () => 'permissions unavailable', onlyHarm: true },
  error: { reason: 'error', severity: 'error', title: () => 'part of the search failed' },
};
