import type { SearchFilter, SearchMatch } from '../api.js';
import type { EngineCounts } from '../engine/contract.js';
import { endingOf, isTest } from '../engine/document-counts.js';
import { exactFilter } from '../query/exact-filter.js';
import { printQuery } from '../query/print.js';

const MAX_FACETS = 25;
const MAX_KNOWN = 10_000;
/** Numbers that are kept of what each repository adds to each facet. */
const MAX_SHARES = 200_000;
const DAY = 86_400_000;

interface Facet {
  readonly filter: Omit<SearchFilter, 'count' | 'limitHit'>;
  count: number;
}

const DATES = [
  ['after:yesterday', 'Last 24 hours', DAY],
  ['after:"1 week ago"', 'Last week', 7 * DAY],
  ['after:"1 month ago"', 'Last month', 30 * DAY],
  ['after:"1 year ago"', 'Last year', 365 * DAY],
] as const;

/** The filters that narrow to a part of the matches, with their counts. */
export class Facets {
  readonly #known = new Map<string, Facet>();
  readonly #authors = new Map<string, string>();
  /** What each repository has added, to be taken off again when it is not visible any more. */
  readonly #shares = new Map<number, Map<Facet, number>>();
  #sharesKept = 0;

  /** @param now what dates of commits count from */
  constructor(private readonly now: Date) {}

  /** @param count of the hits in the match */
  add(match: SearchMatch, count: number): void {
    const { name, id } = match.repository;
    this.#repository(id, name, count);
    if ('language' in match && match.language) this.#language(id, match.language, count);
    if ('path' in match) {
      const ending = endingOf(match.path);
      if (ending !== undefined) this.#ending(id, ending, count);
      if (isTest(match.path)) this.#tests(id, count);
    }
    if (match.type === 'symbol') for (const { kind } of match.symbols) this.#count(id, 'symbol type', `select:symbol.${kind}`, kind, 1);
    if (match.type === 'commit') this.#commit(id, match, count);
    this.#type(id, match.type, count, match.source);
  }

  /** Adds matches of which only the numbers are known. */
  addCounts({ id, name }: { readonly id: number; readonly name: string }, { kinds, languages, endings, tests }: EngineCounts): void {
    this.#repository(id, name, kinds.content + kinds.path);
    for (const [language, count] of Object.entries(languages)) this.#language(id, language, count);
    for (const [ending, count] of Object.entries(endings)) this.#ending(id, ending, count);
    if (tests > 0) this.#tests(id, tests);
    for (const kind of ['content', 'path'] as const) if (kinds[kind] > 0) this.#type(id, kind, kinds[kind]);
  }

  #repository(id: number, name: string, count: number): void {
    this.#count(id, 'repo', `repo:^${escaped(name)}$`, name, count);
  }

  #language(id: number, language: string, count: number): void {
    this.#count(id, 'lang', `lang:${quoted(language)}`, language, count);
  }

  #ending(id: number, ending: string, count: number): void {
    this.#count(id, 'file', `file:\\.${ending}$`, `.${ending}`, count);
  }

  #tests(id: number, count: number): void {
    this.#count(id, 'utility', '-file:(^|/)(tests?|__tests__|spec)/|[._-](test|spec)\\.', 'Exclude tests', count);
  }

  #type(id: number, type: SearchMatch['type'], count: number, source?: string): void {
    this.#count(id, 'type', `type:${source ?? TYPE_FILTER[type]}`, source ?? TYPE_LABEL[type], count);
  }

  /** Those with most matches, of each kind. @param sees which repositories may be spoken of */
  list(limitHit: boolean, sees: (repositoryId: number) => boolean): readonly SearchFilter[] {
    const byKind = Map.groupBy(this.#visible(sees), ({ filter }) => filter.kind);
    return [...byKind.values()].flatMap((list) =>
      list
        .sort((a, b) => b.count - a.count || (a.filter.value < b.filter.value ? -1 : 1))
        .slice(0, MAX_FACETS)
        .map(({ filter, count }) => ({ ...filter, count, limitHit })),
    );
  }

  /** Without what repositories have added that were taken away meanwhile. */
  #visible(sees: (repositoryId: number) => boolean): readonly Facet[] {
    const known = [...this.#known.values()];
    const hidden = [...this.#shares].filter(([id]) => !sees(id));
    if (hidden.length === 0) return known;
    // Too many to know what is theirs: then nothing is told that may be.
    if (this.#sharesKept >= MAX_SHARES) return [];
    const theirs = new Map<Facet, number>();
    for (const [, shares] of hidden) for (const [facet, count] of shares) theirs.set(facet, (theirs.get(facet) ?? 0) + count);
    return known.map((facet) => ({ ...facet, count: facet.count - (theirs.get(facet) ?? 0) })).filter(({ count }) => count > 0);
  }

  #commit(id: number, { author, committer }: Extract<SearchMatch, { type: 'commit' }>, count: number): void {
    const written = `${author.name} <${author.email}>`;
    let filter = this.#authors.get(written);
    if (filter === undefined) {
      filter = printQuery({ root: exactFilter('author', written), patternType: 'standard' });
      this.#authors.set(written, filter);
    }
    this.#count(id, 'author', filter, author.name, count);
    const age = this.now.getTime() - Date.parse(committer.date);
    for (const [value, label, longest] of DATES) if (age <= longest) this.#count(id, 'commit date', value, label, count);
  }

  #count(repositoryId: number, kind: string, value: string, label: string, count: number): void {
    const key = `${kind}\0${value}`;
    let facet = this.#known.get(key);
    if (!facet) {
      if (this.#known.size >= MAX_KNOWN) return;
      facet = { filter: { kind, value, label }, count: 0 };
      this.#known.set(key, facet);
    }
    facet.count += count;
    let shares = this.#shares.get(repositoryId);
    if (!shares) {
      shares = new Map();
      this.#shares.set(repositoryId, shares);
    }
    const before = shares.get(facet);
    if (before === undefined && this.#sharesKept >= MAX_SHARES) return;
    if (before === undefined) this.#sharesKept++;
    shares.set(facet, (before ?? 0) + count);
  }
}

const TYPE_FILTER = { content: 'file', path: 'path', symbol: 'symbol', repo: 'repo', commit: 'commit' } as const;
const TYPE_LABEL = { content: 'Code', path: 'Paths', symbol: 'Symbols', repo: 'Repositories', commit: 'Commits' } as const;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const quoted = (text: string): string => (/\s/.test(text) ? JSON.stringify(text) : text);
