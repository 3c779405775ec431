import type { Repository } from '@sextant/plugin-code-host/api';
import type { ScopeRun } from '../answer/scope-services.js';
import type { FilterNode, PatternType } from '../query/ast.js';
import { printQuery } from '../query/print.js';
import type { SuggestionScope } from './suggestion-scope.js';

export interface ScopeOptions {
  /** Forks and archived repositories too, unless the query says otherwise: their names may be what is typed. */
  readonly all: boolean;
  /** A pattern that the name must match besides. */
  readonly named?: string;
}

/** Everything that looks for suggestions works with. */
export interface SuggestionRun extends ScopeRun {
  readonly patternType: PatternType;
  /** Suggestions that are wanted. */
  readonly first: number;
  readonly scopes: readonly SuggestionScope[];
  /** The repositories of a scope, those that matter most first. */
  resolve(scope: SuggestionScope, o: ScopeOptions): Promise<readonly Repository[]>;
  /** Ends with the request and when the time is up. */
  readonly deadline: AbortSignal;
}

export const TIME_UP = 'The time was up before everything was looked at';

/** How much a repository matters: forks and archived ones least. */
export const weightOf = ({ fork, archived, stars }: Repository): number => (fork || archived ? -1 : stars);

/** A filter as it is written in a query of this pattern type. */
export const written = (run: Pick<SuggestionRun, 'patternType'>, root: FilterNode): string =>
  printQuery({ root, patternType: run.patternType });

/** Its value alone. */
export const writtenValue = (run: Pick<SuggestionRun, 'patternType'>, filter: FilterNode): string =>
  written(run, filter).slice(filter.field.length + 1);
