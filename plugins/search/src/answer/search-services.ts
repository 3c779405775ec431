import type { Repositories, VisibilityService } from '@sextant/plugin-code-host/api';
import type { Git, Mirrors } from '@sextant/plugin-git/api';
import type { Clock, Contribution, Logger, Meter } from '@sextant/sdk';
import type { Ranker, ResultSource, SearchEngine, SearchPredicate } from '../api.js';
import type { ShardExecutor } from '../engine/shard-executor.js';
import type { SymbolSources } from '../index/symbols/symbol-sources.js';
import type { AuthorDirectory } from './author-accounts.js';
import type { RepositoryCatalog } from './repository-catalog.js';

export interface SearchSettings {
  readonly defaultTimeout: number;
  readonly maxTimeout: number;
  readonly defaultLimit: number;
  readonly structural: boolean;
  /** Milliseconds. */
  readonly suggestTimeout: number;
  readonly unindexedBytes: number;
  readonly unindexedRepositories: number;
  /** -1: all. */
  readonly historyRepositories: number;
  readonly historyRepositoriesInTime: number;
}

export interface SearchServices {
  readonly engine: SearchEngine;
  readonly scanner: ShardExecutor;
  readonly git: Git;
  readonly mirrors: Pick<Mirrors, 'states'>;
  readonly repositories: Repositories;
  readonly visibility: VisibilityService;
  readonly catalog: RepositoryCatalog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: Pick<Meter, 'span'>;
  readonly rankers: readonly Contribution<Ranker>[];
  readonly predicates: readonly Contribution<SearchPredicate>[];
  readonly resultSources: readonly Contribution<ResultSource>[];
  readonly isLarge: (path: string) => boolean;
  /** Where definitions in files without an index come from; default: the own scanners. */
  readonly symbolSources?: () => Promise<SymbolSources>;
  /** Undefined: no accounts. */
  readonly authors?: () => AuthorDirectory | undefined;
  /** Told of a repository whose index failed during a search. */
  damaged(repositoryId: number): void;
  settings(): SearchSettings;
}
