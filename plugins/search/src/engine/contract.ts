import type { Holdings } from '../placement/holdings.js';
import type { UnparsedFiles } from '../structural/contract.js';

/**
 * What the api role asks of a search node, and what a search node answers.
 * Plain data only: it crosses process boundaries. A search node holds no permissions; the caller sends the
 * repositories that may be looked at, and nothing else is ever read.
 */

/** A pattern as the query language resolved it. `source` is RE2 syntax for a regexp, the text itself for a literal. */
export interface PatternSpec {
  readonly kind: 'literal' | 'regexp';
  readonly source: string;
  readonly caseSensitive: boolean;
}

/** A boolean expression over one document (a path at a commit of a repository). */
export type DocExpr =
  | { readonly op: 'and' | 'or'; readonly of: readonly DocExpr[] }
  | { readonly op: 'not'; readonly of: DocExpr }
  | { readonly op: 'const'; readonly value: boolean }
  /** The pattern occurs in one of the named fields; its hits there are shown unless it stands under a `not`. */
  | { readonly op: 'match'; readonly in: readonly ('content' | 'path' | 'symbol')[]; readonly pattern: PatternSpec }
  /** A filter on the path (`file:`): it restricts and is not shown as a hit. */
  | { readonly op: 'path'; readonly pattern: PatternSpec }
  /** A filter on the content (`file:has.content()`): it restricts and is not shown as a hit. */
  | { readonly op: 'content'; readonly pattern: PatternSpec }
  /** Linguist language names, any of them. */
  | { readonly op: 'language'; readonly names: readonly string[] }
  /** Repository ids, any of them: how `(repo:a x) or (repo:b y)` reaches the document. */
  | { readonly op: 'repository'; readonly ids: readonly number[] }
  /** Code of this shape occurs in the content, as the grammar of the document's language reads it; its hits are shown. */
  | { readonly op: 'structural'; readonly pattern: string }
  /** Symbol kinds in lower case (`function`, `class`), any of them: `select:symbol.<kind>`. */
  | { readonly op: 'symbolKind'; readonly kinds: readonly string[] };

export interface SearchScope {
  /**
   * The int32 repository ids that may be read, with the branch to search in each; absent branch: the default branch.
   * A repository may stand here once per branch; its documents are answered once, with all of the branches that hold them.
   * Their order decides whose matches are taken first when a limit is hit.
   */
  readonly repositories: readonly {
    readonly id: number;
    readonly branch?: string;
    /** How much the repository matters (stars, priority) and how recently it changed, 0–1 each; 0 when left out. */
    readonly rank?: number;
    readonly freshness?: number;
  }[];
}

export interface SearchLimits {
  /** Matches (hits, as `count:` counts them) after which collecting stops. */
  readonly maxMatches: number;
  /** Documents returned with their lines; beyond it matches are only counted. */
  readonly maxDocuments: number;
  /** Lines of context above and below each hit. */
  readonly contextLines: number;
  /** Milliseconds from the call's start until the search answers with what it has. */
  readonly deadline: number;
  /** After `maxMatches`, go on counting without collecting. */
  readonly countAll: boolean;
  /** Documents beyond `maxDocuments` are told of by their numbers, in `counted` events, and are no limit that was hit. Not for symbols. */
  readonly counts?: boolean;
  /** False: documents come without the lines around their hits, which is most of the work where there are many. Default true. */
  readonly lines?: boolean;
  /** False: documents come with a score of 0 and in no order of worth, which spares reading their symbols: for counting. Default true. */
  readonly scores?: boolean;
  /** A regexp of the expression: documents come with what its first group held in each of its hits in their content. */
  readonly countedGroup?: PatternSpec;
  /**
   * Of each language, or of each repository, one document of each shard is looked for: enough to know that there is one. A scan looks for
   * all.
   */
  readonly firstOf?: 'language' | 'repository';
}

export interface EngineRequest {
  readonly scope: SearchScope;
  readonly expr: DocExpr;
  readonly limits: SearchLimits;
  /** `symbol`: answer symbols instead of lines. `path`: paths only, no content is read unless the expression asks. */
  readonly want: 'content' | 'path' | 'symbol';
  /**
   * Milliseconds that documents are held for better ones to come in before a first batch is sent; default 100. With
   * `deadline` or more all documents come best first, and equal input has an equal answer whatever the threads' timing.
   */
  readonly hold?: number;
  readonly signal?: AbortSignal;
}

/** Offsets are bytes into the blob; `line` is 0-based; columns are 0-based, in bytes and in code points. */
export interface EnginePosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}
export interface EngineRange {
  readonly start: EnginePosition;
  readonly end: EnginePosition;
}

/** Consecutive whole lines that hold hits, with their context. `text` is decoded as UTF-8 with replacement characters. */
export interface EngineChunk {
  readonly text: string;
  readonly start: EnginePosition;
  readonly ranges: readonly EngineRange[];
  readonly truncated?: boolean;
}

export interface EngineSymbol {
  readonly name: string;
  readonly kind: string;
  readonly container?: string;
  readonly line: number;
  readonly column: number;
}

/** What a metavariable of a structural pattern stood for in one match. */
export interface EngineCapture {
  readonly name: string;
  /** Cut after 200 characters; the range is not. */
  readonly text: string;
  readonly range: EngineRange;
}

export interface EngineDocument {
  readonly repository: number;
  readonly path: string;
  readonly branches: readonly string[];
  readonly commit: string;
  readonly blob: string;
  readonly language?: string;
  readonly chunks: readonly EngineChunk[];
  /** Of a structural search: the metavariables of the first matches. */
  readonly captures?: readonly EngineCapture[];
  /** There are hits in the content, whose lines were not asked for. */
  readonly inContent?: true;
  /** Hits in the path itself, in code points. */
  readonly pathRanges: readonly (readonly [start: number, end: number])[];
  readonly symbols: readonly EngineSymbol[];
  /** Hits in this document, shown or not; where collecting ended in it without `countAll`, those that were collected. */
  readonly matchCount: number;
  /** Values of the group that was asked for, each with its number of hits; longer ones than MAX_CAPTURE are left out. */
  readonly groupValues?: readonly (readonly [value: string, count: number])[];
  /** 0–1000; comparable between documents and nodes. */
  readonly score: number;
  /** What the score is made of, 0–1 each, by name: a ranker can weigh it anew without the content. */
  readonly features: Readonly<Record<string, number>>;
}

/** Documents of a repository that match and are not returned. */
export interface EngineCounts {
  readonly repository: number;
  readonly documents: number;
  /** Their matches, by what they would have been shown as. */
  readonly kinds: Readonly<Record<'content' | 'path', number>>;
  /** Those in tests, as their paths tell. */
  readonly tests: number;
  /** By language, and by the ending of the path without its dot; a document may have neither. */
  readonly languages: Readonly<Record<string, number>>;
  readonly endings: Readonly<Record<string, number>>;
}

export type EngineEvent =
  | { readonly type: 'documents'; readonly documents: readonly EngineDocument[] }
  /** Since the last such event. */
  | { readonly type: 'counted'; readonly counts: readonly EngineCounts[] }
  | { readonly type: 'progress'; readonly matchCount: number; readonly shardsDone: number; readonly shardsTotal: number }
  | { readonly type: 'done'; readonly summary: EngineSummary };

/** What was and was not looked at. An answer is exhaustive only if none of these says otherwise. */
export interface EngineSummary {
  readonly matchCount: number;
  readonly documentCount: number;
  readonly shardsTotal: number;
  readonly shardsDone: number;
  /** Collecting stopped at `maxMatches` or `maxDocuments`. */
  readonly limitHit: boolean;
  readonly timedOut: boolean;
  /** Repositories of the scope that this node has no index for. */
  readonly notIndexed: readonly number[];
  /** Repositories with a shard that is quarantined or failed during this query, with the cause in words. */
  readonly degraded: readonly { readonly repository: number; readonly reason: string }[];
  /** Repositories of a node that did not answer; set by whoever asks several nodes. */
  readonly unanswered?: readonly number[];
  /** Files of the searched repositories known by path only, by reason (`too-large`, `binary`, …). */
  readonly skippedFiles: Readonly<Record<string, number>>;
  /** Of a structural search: files that may hold a match and were not parsed. */
  readonly unparsed?: readonly UnparsedFiles[];
}

/** What a node would search for a scope. */
export interface EngineExplanation {
  readonly repositories: readonly {
    readonly repository: number;
    readonly shards: readonly { readonly shard: string; readonly documents: number; readonly contentBytes: number }[];
  }[];
  /** As in EngineSummary. */
  readonly notIndexed: readonly number[];
  readonly degraded: readonly { readonly repository: number; readonly reason: string }[];
  readonly unanswered?: readonly number[];
}

export interface IndexedRepository {
  readonly repository: number;
  readonly branches: readonly { readonly name: string; readonly commit: string }[];
  readonly indexedAt: string;
  readonly documents: number;
  readonly contentBytes: number;
  readonly indexBytes: number;
  readonly shards: number;
  readonly skippedFiles: Readonly<Record<string, number>>;
  /** Linguist's name of the language of most bytes, without data, prose, and what was copied or generated; absent where it is not known. */
  readonly language?: string;
  readonly state: 'ok' | 'degraded';
  /** In words, what is damaged. */
  readonly problems?: readonly string[];
}

/** A search node: the index of some repositories. It knows no permissions; the scope of a request is what may be read. */
export interface SearchEngine {
  search(o: EngineRequest): AsyncIterable<EngineEvent>;
  /** What a search in this scope would look at. */
  explain(o: { readonly scope: SearchScope; readonly signal?: AbortSignal }): Promise<EngineExplanation>;
  status(o: {
    /** Absent: all. */ readonly repositories?: readonly number[];
    readonly signal?: AbortSignal;
  }): Promise<readonly IndexedRepository[]>;
  /** The repositories of which this node has an index, without their ids where the asker knows them by their tag. */
  holdings(o: { readonly knows?: string; readonly signal?: AbortSignal }): Promise<Holdings>;
  /** Files known by path only, with the reason. */
  skippedFiles(o: {
    readonly repository: number;
    /** Those skipped for this alone. */
    readonly reason?: string;
    readonly limit: number;
    readonly offset: number;
    readonly signal?: AbortSignal;
  }): Promise<readonly { readonly path: string; readonly reason: string }[]>;
}
