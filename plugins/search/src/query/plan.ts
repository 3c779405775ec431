import type { DocExpr, PatternSpec } from '../engine/contract.js';
import type { Query, Span, TextMatch } from './ast.js';
import type { Revision } from './revisions.js';
import type { Select } from './select.js';

export type ResultKind = 'content' | 'path' | 'repository' | 'symbol' | 'commit' | 'diff';
export type YesNoOnly = 'yes' | 'no' | 'only';

/** What a query asks for, resolved as far as it can be without looking at repositories. Plain data. */
export interface SearchPlan {
  readonly query: Query;
  readonly options: PlanOptions;
  /** Any of them; each is searched in its own repositories. */
  readonly alternatives: readonly PlanAlternative[];
  /** What other plugins answer; without a provider the query is answered with an alert that names it. */
  readonly providers: readonly ProviderNeed[];
}

export interface PlanOptions {
  /** Undefined: the caller's default. */
  readonly count?: number | 'all';
  /** Milliseconds; the caller caps it. */
  readonly timeout?: number;
  readonly select?: Select;
}

export interface PlanAlternative {
  readonly kinds: readonly ResultKind[];
  /** Types of results that plugins find, in lower case. */
  readonly sources: readonly string[];
  readonly repositories: RepositoryScope;
  /** Conditions on files that plugins answer; they hold beside `expr`. */
  readonly files: readonly (ProvidedPredicate & { readonly negated: boolean })[];
  /** The condition on a document (or, for commits, on their text; for repositories, on the name). */
  readonly expr: DocExpr;
  /** Words that stand side by side in the query, as the sentence that they may be. It restricts nothing: its documents are worth more. */
  readonly phrase?: PatternSpec;
  readonly commits?: CommitPlan;
  readonly structural?: StructuralPlan;
  readonly index: 'yes' | 'only' | 'no';
}

/** Which repositories, and which revisions in them. Everything listed must hold. */
export interface RepositoryScope {
  /** RE2 patterns that the name must match, without regard to case. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** From `@` or `rev:`; empty means HEAD. */
  readonly revisions: readonly Revision[];
  readonly predicates: readonly { readonly predicate: RepositoryPredicate; readonly negated: boolean }[];
  /** Undefined: not said, so the caller's default (no). */
  readonly fork?: YesNoOnly;
  readonly archived?: YesNoOnly;
  readonly visibility: 'any' | 'public' | 'private';
  readonly context?: string;
}

export type RepositoryPredicate =
  | { readonly name: 'has-file'; readonly path?: string; readonly content?: string }
  /** ISO time. */
  | { readonly name: 'has-commit-after'; readonly time: string }
  | { readonly name: 'has-description'; readonly pattern: string }
  | { readonly name: 'has-topic'; readonly topic: string }
  | { readonly name: 'has-meta'; readonly key: TextMatch; readonly value?: TextMatch | null }
  | ({ readonly name: 'provided' } & ProvidedPredicate);

/** A predicate of a plugin: `called` as it was written. */
export interface ProvidedPredicate {
  readonly called: string;
  readonly argument: string;
}

/** Conditions on a commit beside the alternative's `expr`, which holds on messages (`commit`) or on added and removed lines (`diff`). */
export interface CommitPlan {
  readonly author: readonly TextFilter[];
  readonly committer: readonly TextFilter[];
  readonly message: readonly TextFilter[];
  /** `author:@user` and `committer:@user`. */
  readonly accounts?: readonly AccountFilter[];
  /** Of changes: what their files hold, in the commit that changed them. */
  readonly contents?: readonly TextFilter[];
  /** ISO times; all of them hold. */
  readonly after: readonly TimeFilter[];
  readonly before: readonly TimeFilter[];
}

export interface TextFilter {
  readonly pattern: PatternSpec;
  readonly negated: boolean;
}

/** Commits of the owner of an account, as far as the search that runs can tell who that is. */
export interface AccountFilter extends Span {
  readonly role: 'author' | 'committer';
  /** As written, without the `@`. */
  readonly username: string;
  readonly negated: boolean;
  readonly valueStart: number;
}

export interface TimeFilter {
  readonly time: string;
  readonly negated: boolean;
}

export interface StructuralPlan {
  readonly pattern: string;
  readonly languages: readonly string[];
}

export interface ProviderNeed extends Span {
  readonly provider: 'ownership' | 'contributors' | 'search-contexts' | 'predicates' | 'result-sources';
  /** As written, for the alert. */
  readonly text: string;
  /** Of a predicate or type: on what it is, its name, and where that stands. */
  readonly named?: Span & { readonly on: 'repo' | 'file' | 'type'; readonly name: string; readonly argument: string };
  readonly negated: boolean;
}
