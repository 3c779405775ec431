import { type Actor, defineEvent, extensionPoint, serviceToken, z } from '@sextant/sdk';
import type { SearchExplanation } from './explanation.js';
import type { SymbolModule } from './index/symbols/symbol-sources.js';
import type { LanguageDefinition } from './query/languages/language-definition.js';
import type { Verdict } from './verdict.js';

export type {
  DocExpr,
  EngineCapture,
  EngineChunk,
  EngineDocument,
  EngineEvent,
  EngineExplanation,
  EnginePosition,
  EngineRange,
  EngineRequest,
  EngineSummary,
  EngineSymbol,
  IndexedRepository,
  PatternSpec,
  SearchEngine,
  SearchLimits,
  SearchScope,
} from './engine/contract.js';
export type { EstimatedCost, ExplainedSource, ExplainedWork, SearchExplanation } from './explanation.js';
export type { CodeSymbol, SymbolKind } from './index/symbols/code-symbol.js';
export type { SymbolModule } from './index/symbols/symbol-sources.js';
export type { Holdings } from './placement/holdings.js';
export type { LanguageDefinition } from './query/languages/language-definition.js';
export { searchEngine } from './remote.js';
export { type IndexedVersion, type IndexFeed, indexFeed } from './replica/index-feed.js';
export type { UnparsedFiles, UnparsedReason } from './structural/contract.js';
export type { Verdict, VerdictReason } from './verdict.js';

export type PatternType = 'keyword' | 'standard' | 'literal' | 'regexp' | 'structural';

export interface SearchRequest {
  readonly query: string;
  /** What the query's own `patterntype:` overrides; default standard. */
  readonly patternType?: PatternType;
  readonly actor: Actor;
  /** Matches to return with their lines; all are counted. Default: as the query says, else 500. */
  readonly display?: number;
  /** Lines of context around each hit; default 1. */
  readonly contextLines?: number;
  /** Best first, and equal for equal input, at the price that nothing comes before all of it has. */
  readonly ordered?: boolean;
  readonly signal: AbortSignal;
}

/** How far what was searched is behind the mirror. What is read from the mirror itself (other revisions, histories) is never behind it. */
export interface Freshness {
  /** When the searched commit was indexed, ISO 8601; absent where no index was asked, or none says. */
  readonly indexedAt?: string;
  /** The branch has moved on in the mirror: newer lines are not found. */
  readonly stale: boolean;
  /** For so many whole seconds at least the branch has been ahead, and at most since `indexedAt`; 0 unless stale. */
  readonly lagSeconds: number;
}

/** Where a hit stands: the repository and the commit that was searched. */
export interface MatchBase {
  readonly repository: {
    readonly id: number;
    readonly name: string;
    readonly stars: number;
    readonly lastFetched?: string;
    readonly private: boolean;
    readonly fork: boolean;
    readonly archived: boolean;
    readonly description: string;
  };
  readonly branches: readonly string[];
  readonly commit: string;
  readonly freshness: Freshness;
  /** Of a result of `search.result-sources@1`: its type. */
  readonly source?: string;
}

/** Positions are code points in a line; `offset` is code points from the file's start where known. */
export interface MatchPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}
export interface MatchRange {
  readonly start: MatchPosition;
  readonly end: MatchPosition;
}

export type SearchMatch =
  | (MatchBase & {
      readonly type: 'content';
      readonly path: string;
      readonly language?: string;
      readonly pathRanges: readonly (readonly [number, number])[];
      readonly chunks: readonly {
        readonly content: string;
        readonly start: MatchPosition;
        readonly ranges: readonly MatchRange[];
        readonly truncated: boolean;
      }[];
      /** Of a structural search: what the metavariables of the first matches stood for; `text` is cut after 200 characters. */
      readonly captures?: readonly { readonly name: string; readonly text: string; readonly range: MatchRange }[];
      readonly matchCount: number;
      /** Only while the values of a group are counted: those of its hits. */
      readonly groupValues?: readonly (readonly [value: string, count: number])[];
      readonly score: number;
    })
  | (MatchBase & {
      readonly type: 'path';
      readonly path: string;
      readonly language?: string;
      readonly pathRanges: readonly (readonly [number, number])[];
      readonly score: number;
    })
  | (MatchBase & {
      readonly type: 'symbol';
      readonly path: string;
      readonly language?: string;
      readonly symbols: readonly {
        readonly name: string;
        readonly kind: string;
        readonly containerName: string;
        readonly line: number;
        /** Of the name, in code points. */
        readonly column: number;
        readonly url: string;
      }[];
      readonly score: number;
    })
  | (MatchBase & {
      readonly type: 'repo';
      readonly descriptionRanges: readonly (readonly [number, number])[];
      readonly nameRanges: readonly (readonly [number, number])[];
      readonly topics: readonly string[];
      readonly metadata: Readonly<Record<string, string | null>>;
    })
  | (MatchBase & {
      readonly type: 'commit';
      readonly oid: string;
      readonly message: string;
      readonly author: { readonly name: string; readonly email: string; readonly date: string };
      readonly committer: {
        readonly name: string;
        readonly email: string;
        readonly date: string;
      } /** Present for diff search: the hunks that hold hits. */;
      readonly diff?: string /** Line, column, length in `diff`, else in `message`; code points. */;
      readonly ranges: readonly (readonly [number, number, number])[];
    });

export interface SkippedItem {
  readonly reason: string;
  readonly title: string;
  readonly message: string;
  readonly severity: 'info' | 'warn' | 'error';
  readonly suggested?: { readonly title: string; readonly queryExpression: string };
}
export interface SearchFilter {
  readonly value: string;
  readonly label: string;
  readonly count: number;
  readonly limitHit: boolean;
  readonly kind: string;
}
export interface SearchAlert {
  readonly kind?: string;
  readonly title: string;
  readonly description: string;
  readonly proposedQueries: readonly { readonly description: string; readonly query: string }[];
  /** The parts of the query that it is about, half-open, in UTF-16 units; `description` says the same in words. */
  readonly problems?: readonly { readonly message: string; readonly start: number; readonly end: number }[];
}

export interface SearchProgress {
  readonly done: boolean;
  readonly matchCount: number;
  readonly durationMs: number;
  readonly repositoriesCount: number;
  readonly skipped: readonly SkippedItem[];
}

export type SearchEvent =
  | { readonly type: 'matches'; readonly matches: readonly SearchMatch[] }
  | { readonly type: 'progress'; readonly progress: SearchProgress }
  | { readonly type: 'filters'; readonly filters: readonly SearchFilter[] }
  | { readonly type: 'alert'; readonly alert: SearchAlert }
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  | { readonly type: 'error'; readonly message: string };

export type AggregationMode = 'repo' | 'path' | 'author' | 'language' | 'capture-group';

export interface AggregationRequest extends Pick<SearchRequest, 'query' | 'patternType' | 'actor' | 'signal'> {
  /** What the matches are grouped by. `author`: of commits; `capture-group`: what the first group of the query's regexp held. */
  readonly by: AggregationMode;
  /** Groups to return, those with most matches first; default 10, at most 1,000. */
  readonly first?: number;
}

export interface AggregationGroup {
  readonly label: string;
  readonly count: number;
  /** Finds what is in this group; letter case counts in it as it does in the query. Absent: no query does. */
  readonly query?: string;
}

/** The matches of a query in groups. Every match is counted once: `groups`, `otherCount` and `ungroupedCount` together are `matchCount`. */
export interface Aggregation {
  readonly by: AggregationMode;
  /** Why the query cannot be grouped so, in words; then nothing was searched. */
  readonly unavailable?: string;
  /** Most matches first, then by label. */
  readonly groups: readonly AggregationGroup[];
  /** Groups that are not listed, and their matches. */
  readonly otherGroups: number;
  readonly otherCount: number;
  /** Matches without such a property: a file of no known language, a repository by its name among paths. */
  readonly ungroupedCount: number;
  readonly matchCount: number;
  /** The counts are whole only when it is exhaustive. */
  readonly verdict: Verdict;
  readonly alert?: SearchAlert;
}

export interface SuggestRequest extends Pick<SearchRequest, 'patternType' | 'actor' | 'signal'> {
  /** As far as it is typed; it need not be complete. */
  readonly query: string;
  /** Of the cursor, in UTF-16 units. */
  readonly position: number;
  /** Default 20, at most 50. */
  readonly first?: number;
}

/** `value`, `predicate`: of a filter. `revision`: a branch or tag. */
export type SuggestionKind = 'filter' | 'value' | 'predicate' | 'repository' | 'file' | 'symbol' | 'language' | 'revision';

export interface SearchSuggestion {
  readonly kind: SuggestionKind;
  readonly label: string;
  /** What it means, or where it is. */
  readonly detail?: string;
  /** What takes the place of `range`; it is quoted and escaped as it must be there. */
  readonly insertText: string;
  /** Half-open, in UTF-16 units of the query. */
  readonly range: { readonly start: number; readonly end: number };
}

export interface Suggestions {
  /** Best first. */
  readonly suggestions: readonly SearchSuggestion[];
  /** What was not looked at for them. */
  readonly verdict: Verdict;
}

/** Search for a person: the query language, the wall, all engines merged. */
export interface Search {
  search(request: SearchRequest): AsyncIterable<SearchEvent>;
  /** How a query is understood and where it would be looked for, without looking. An alert instead when it cannot be understood. */
  explain(request: Pick<SearchRequest, 'query' | 'patternType' | 'actor' | 'signal'>): Promise<SearchExplanation | SearchAlert>;
  /** Counts to the end, and says whether it could. */
  count(request: Omit<SearchRequest, 'display'>): Promise<{ readonly count: number; readonly verdict: Verdict }>;
  /**
   * What may stand at the cursor of a query that is being typed, in the scope of its other filters. Paths and symbols are those of the
   * index. @throws SEXTANT_SEARCH_ARGUMENT
   */
  suggest(request: SuggestRequest): Promise<Suggestions>;
  /** Counts matches by group, to the end unless the query says `count:`, for as long as it says in `timeout:` or a search has by default. */
  aggregate(request: AggregationRequest): Promise<Aggregation>;
  /** Why a query cannot be grouped in each way; undefined where it can. Nothing is searched. */
  aggregationModes(query: string, patternType?: PatternType): Readonly<Record<AggregationMode, string | undefined>>;
}
export const search = serviceToken<Search>('search.api@1');

/** What a ranker may know of a search. */
export interface RankingContext {
  /** As it was typed. */
  readonly query: string;
  readonly actor: Actor;
}

/**
 * Moves matches up or down within the batch they are sent in; batches are sent as they are found, and are not held back for it.
 * Called for each match the actor may see, so it is synchronous and quick. One that throws, or answers with no number, is refused.
 */
export interface Ranker {
  /** Kebab-case; for messages. */
  readonly id: string;
  /** Added to the match's score, which is 0 to 1000, and 0 for repositories and commits; negative moves it down. */
  adjust(match: SearchMatch, context: RankingContext): number;
}
export const rankers = extensionPoint<Ranker>('search.rankers@1');

/**
 * Languages that are told by names of files. Contribute the same in the roles `index` and `api`: the one indexes by it, the other searches what has no index, and reads `lang:`.
 * A change means that all is indexed again.
 */
export const languages = extensionPoint<LanguageDefinition>('search.languages@1');

/**
 * Symbols of languages, by modules with a function `extractSymbols(language: string, content: Buffer): readonly CodeSymbol[]`: the definitions in order of their
 * offset, none twice. Contribute in the roles `index` and `api`. It is called once a file, on a thread; when it throws, the file is read as if it were not there, and the log says so.
 */
export const symbolExtractors = extensionPoint<SymbolModule>('search.symbol-extractors@1');

/** A repository that the actor may see and that the other filters of the query leave. */
export interface ScopedRepository {
  readonly id: number;
  readonly name: string;
}

export interface PredicateContext {
  readonly actor: Actor;
  /** Aborted with the search, and when its time is up. */
  readonly signal: AbortSignal;
}

/**
 * A condition of a plugin's own in queries: `repo:has.x(argument)`, `file:has.x(argument)`, and with `-` or `not` its opposite. One that throws or
 * comes too late fulfils and refuses nothing: what it was asked of is left out, and the verdict says so. Whoever has a name first keeps it.
 */
interface PredicateBase {
  /** As it stands before the parenthesis: `has.` and lower-case words with dots between them. `file:has.owner` and `file:has.contributor` are to be had. */
  readonly name: string;
  /** What is wrong with an argument, in a sentence; undefined: nothing. The argument has no blanks around it and may be empty. */
  problem?(argument: string): string | undefined;
}
export interface RepositoryPredicate extends PredicateBase {
  readonly on: 'repo';
  /** The ids of those that fulfil it. */
  choose(
    argument: string,
    repositories: readonly ScopedRepository[],
    context: PredicateContext,
  ): Promise<ReadonlySet<number>> | ReadonlySet<number>;
}
export interface FilePredicate extends PredicateBase {
  readonly on: 'file';
  /**
   * RE2 patterns by repository id, at most 1,000 in all: a path fulfils the predicate when one of its repository's occurs in it, letter case
   * counting. A repository that is left out has no such file. They hold at every revision.
   */
  paths(
    argument: string,
    repositories: readonly ScopedRepository[],
    context: PredicateContext,
  ): Promise<ReadonlyMap<number, readonly string[]>> | ReadonlyMap<number, readonly string[]>;
}
export type SearchPredicate = RepositoryPredicate | FilePredicate;
export const predicates = extensionPoint<SearchPredicate>('search.predicates@1');

export interface ResultRequest {
  /** In the order of their names; never empty. */
  readonly repositories: readonly ScopedRepository[];
  /**
   * Where the query's patterns occur in a text, as `[line, column, length]` (line from 0, the others in code points), and so why it is a result; undefined:
   * it is none. @param about `path`: of the file it is about, for conditions on files; a text without one passes none of them
   */
  fits(
    text: string,
    about: { readonly repositoryId: number; readonly path?: string },
  ): readonly (readonly [line: number, column: number, length: number])[] | undefined;
  readonly actor: Actor;
  /** Matches that can still be shown. */
  readonly limit: number;
  /** Aborted with the search, and when its time is up. */
  readonly signal: AbortSignal;
}

type Own<M> = M extends unknown ? Omit<M, keyof MatchBase> : never;

/** A match without what the search knows itself: which repository it is in, and how new that is. */
export interface SourcedMatch {
  readonly repositoryId: number;
  /** The commit that it is true of. */
  readonly commit: string;
  /** Absent: it is true now. */
  readonly freshness?: Freshness;
  readonly match: Own<SearchMatch>;
}

/**
 * Results of a kind of its own: `type:x`. They travel as one of the matches that every client knows. One that throws or comes too late ends
 * the answer of its kind, and the verdict says so. Whoever has a type first keeps it.
 */
export interface ResultSource {
  /** As it stands behind `type:`: lower-case words with hyphens between them. */
  readonly type: string;
  /** In batches, as they are found, those that matter most first. What the actor may not see is dropped by whoever asks, and so is what is in no repository of the request. */
  find(request: ResultRequest): AsyncIterable<readonly SourcedMatch[]>;
}
export const resultSources = extensionPoint<ResultSource>('search.result-sources@1');

/** The index of a repository moved to new commits. */
export const repositoryIndexed = defineEvent('search.repository-indexed@1', z.object({ repositoryId: z.number() }));
