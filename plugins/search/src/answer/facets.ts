import type { SearchFilter, SearchMatch } from '../api.js';
import type { EngineCounts } from '../engine/contract.js';
import { endingOf, isTest } from '../engine/document-counts.js';
import { exactFilter } from '../query/exact-filter.js';
import { printQuery } from '../query/print.js';

const MAX_FACETS = 25;
const MAX_KNOWN = 10_000;
const DAY = 86_400_000;

interface Facet {
  readonly filter: Omit<SearchFilter, 'count' | 'limitHit'>;
  /** Repositories that the facet would give away; it is told to whoever sees one of them. */
  readonly repositories: Set<number> | undefined;
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

  /** @param now what dates of commits count from */
  constructor(private readonly now: Date) {}

  /** @param count of the hits in the match */
  add(match: SearchMatch, count: number): void {
    const { name, id } = match.repository;
    this.#repository(id, name, count);
    if ('language' in match && match.language) this.#language(match.language, count);
    if ('path' in match) {
      const ending = endingOf(match.path);
      if (ending !== undefined) this.#ending(ending, count);
      if (isTest(match.path)) this.#tests(count);
    }
    if (match.type === 'symbol') for (const { kind } of match.symbols) this.#count('symbol type', `select:symbol.${kind}`, kind, 1);
    if (match.type === 'commit') this.#commit(match, count, id);
    this.#type(match.type, count, match.source);
  }

  /** Adds matches of which only the numbers are known. */
  addCounts({ id, name }: { readonly id: number; readonly name: string }, { kinds, languages, endings, tests }: EngineCounts): void {
    this.#repository(id, name, kinds.content + kinds.path);
    for (const [language, count] of Object.entries(languages)) this.#language(language, count);
    for (const [ending, count] of Object.entries(endings)) this.#ending(ending, count);
    if (tests > 0) this.#tests(tests);
    for (const kind of ['content', 'path'] as const) if (kinds[kind] > 0) this.#type(kind, kinds[kind]);
  }

  #repository(id: number, name: string, count: number): void {
    this.#count('repo', `repo:^${escaped(name)}$`, name, count, id);
  }

  #language(language: string, count: number): void {
    this.#count('lang', `lang:${quoted(language)}`, language, count);
  }

  #ending(ending: string, count: number): void {
    this.#count('file', `file:\\.${ending}$`, `.${ending}`, count);
  }

  #tests(count: number): void {
    this.#count('utility', '-file:(^|/)(tests?|__tests__|spec)/|[._-](test|spec)\\.', 'Exclude tests', count);
  }

  #type(type: SearchMatch['type'], count: number, source?: string): void {
    this.#count('type', `type:${source ?? TYPE_FILTER[type]}`, source ?? TYPE_LABEL[type], count);
  }

  /** Those with most matches, of each kind. @param sees which repositories may be spoken of */
  list(limitHit: boolean, sees: (repositoryId: number) => boolean): readonly SearchFilter[] {
    const known = [...this.#known.values()].filter(({ repositories }) => repositories === undefined || [...repositories].some(sees));
    const byKind = Map.groupBy(known, ({ filter }) => filter.kind);
    return [...byKind.values()].flatMap((list) =>
      list
        .sort((a, b) => b.count - a.count || (a.filter.value < b.filter.value ? -1 : 1))
        .slice(0, MAX_FACETS)
        .map(({ filter, count }) => ({ ...filter, count, limitHit })),
    );
  }

  #commit({ author, committer }: Extract<SearchMatch, { type: 'commit' }>, count: number, repositoryId: number): void {
    const written = `${author.name} <${author.email}>`;
    let filter = this.#authors.get(written);
    if (filter === undefined) {
      filter = printQuery({ root: exactFilter('author', written), patternType: 'standard' });
      this.#authors.set(written, filter);
    }
    this.#count('author', filter, author.name, count, repositoryId);
    const age = this.now.getTime() - Date.parse(committer.date);
    for (const [value, label, longest] of DATES) if (age <= longest) this.#count('commit date', value, label, count, repositoryId);
  }

  #count(kind: string, value: string, label: string, count: number, repositoryId?: number): void {
    const key = `${kind}\0${value}`;
    const facet = this.#known.get(key);
    if (facet) {
      facet.count += count;
      if (repositoryId !== undefined) facet.repositories?.add(repositoryId);
    } else if (this.#known.size < MAX_KNOWN) {
      const repositories = repositoryId === undefined ? undefined : new Set([repositoryId]);
      this.#known.set(key, { filter: { kind, value, label }, repositories, count });
    }
  }
}

const TYPE_FILTER = { content: 'file', path: 'path', symbol: 'symbol', repo: 'repo', commit: 'commit' } as const;
const TYPE_LABEL = { content: 'Code', path: 'Paths', symbol: 'Symbols', repo: 'Repositories', commit: 'Commits' } as const;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const quoted = (text: string): string => (/\s/.test(text) ? JSON.stringify(text) : text);
