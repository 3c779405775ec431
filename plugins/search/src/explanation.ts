import type { EngineExplanation } from './engine/contract.js';
import type { QueryExplanation } from './query/explain.js';
import type { Verdict } from './verdict.js';

/** A query and what it would take to answer it, as plain data. */
export interface SearchExplanation {
  readonly query: QueryExplanation;
  /** One for each of `query.alternatives`. */
  readonly work: readonly ExplainedWork[];
  readonly cost: EstimatedCost;
  /** What an answer could not look at, as far as that is known beforehand. */
  readonly verdict: Verdict;
}

export interface ExplainedWork {
  /** And the types of results that plugins find. */
  readonly kinds: readonly string[];
  /** Repositories that the filters leave, of those the asker may see. */
  readonly repositories: number;
  /** The first MAX_SOURCES of what is looked at. */
  readonly sources: readonly ExplainedSource[];
  readonly moreSources: number;
}

/** A revision of a repository: `index` its shards are searched, `files` it is read from the mirror, `commits` its history is. */
export interface ExplainedSource {
  readonly repository: string;
  /** As it was asked for; absent: the default branch. */
  readonly revision?: string;
  readonly commit?: string;
  readonly by: 'index' | 'files' | 'commits';
  /** Why the index is not asked. */
  readonly why?: string;
  /** Of the index; absent where the asker may not see every path: their sizes would tell of the others. */
  readonly shards?: EngineExplanation['repositories'][number]['shards'];
}

export interface EstimatedCost {
  readonly shards: number;
  /** Files that the index holds of what is searched. */
  readonly documents: number;
  /** Their bytes. */
  readonly contentBytes: number;
  /** Of those: `names` paths and symbols at most; `candidates` what the index points at; `everything` every file. */
  readonly reads: 'names' | 'candidates' | 'everything';
  /** Revisions whose files are read from git, whatever the index holds. */
  readonly unindexedRevisions: number;
  readonly histories: number;
  /** It runs from the start on the threads that give way to others. */
  readonly laborious: boolean;
  readonly words: string;
}
