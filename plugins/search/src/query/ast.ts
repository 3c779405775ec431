/** Half-open, in UTF-16 units of the query text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const PATTERN_TYPES = ['keyword', 'standard', 'literal', 'regexp', 'structural'] as const;
export type PatternType = (typeof PATTERN_TYPES)[number];

export type FieldName =
  | 'repo'
  | 'file'
  | 'rev'
  | 'lang'
  | 'type'
  | 'case'
  | 'fork'
  | 'archived'
  | 'visibility'
  | 'content'
  | 'context'
  | 'select'
  | 'count'
  | 'timeout'
  | 'patterntype'
  | 'index'
  | 'author'
  | 'committer'
  | 'before'
  | 'after'
  | 'message'
  | 'repohasfile'
  | 'repohascommitafter'
  | 'rule';

/** What is searched for. `literal` is the text itself, `regexp` RE2 syntax, `structural` a template. */
export interface PatternText {
  readonly kind: 'literal' | 'regexp' | 'structural';
  readonly value: string;
}

export interface PatternNode extends Span {
  readonly kind: 'pattern';
  readonly pattern: PatternText;
}

/** `field:value`. The value is unquoted; a predicate's is also parsed. */
export interface FilterNode extends Span {
  readonly kind: 'filter';
  readonly field: FieldName;
  readonly value: string;
  readonly negated: boolean;
  readonly quoted: boolean;
  readonly valueStart: number;
  readonly predicate?: Predicate;
  /** What `content:` searches for. */
  readonly pattern?: PatternText;
}

export interface NotNode extends Span {
  readonly kind: 'not';
  readonly of: QueryNode;
}

export interface OperatorNode extends Span {
  readonly kind: 'and' | 'or';
  readonly of: readonly QueryNode[];
}

export type QueryNode = PatternNode | FilterNode | NotNode | OperatorNode;

/** A condition written as `name(argument)` in a filter's value; regexps are RE2 syntax, times are as written. */
export type Predicate =
  | { readonly name: 'repo.has.path' | 'repo.has.content' | 'repo.has.description'; readonly pattern: string }
  | { readonly name: 'repo.has.file'; readonly path?: string; readonly content?: string }
  | { readonly name: 'repo.has.commit.after'; readonly time: string }
  | { readonly name: 'repo.has.topic'; readonly topic: string }
  /** Without `value` the key alone is asked for; `value: null` asks for the key without a value (a tag). */
  | { readonly name: 'repo.has.meta'; readonly key: TextMatch; readonly value?: TextMatch | null }
  | { readonly name: 'file.has.content'; readonly pattern: string }
  /** What plugins answer: `called` is as it was written, such as `has.owner`. */
  | { readonly name: 'repo.provided' | 'file.provided'; readonly called: string; readonly argument: string }
  | { readonly name: 'rev.at.time'; readonly time: string; readonly base?: string };

export interface TextMatch {
  readonly kind: 'exact' | 'regexp';
  readonly value: string;
}

export interface Query {
  readonly text: string;
  readonly patternType: PatternType;
  readonly caseSensitive: boolean;
  /** Undefined: nothing was asked. */
  readonly root?: QueryNode;
  /** What the reader may not expect, such as a word with a colon that is no field. */
  readonly notices: readonly Notice[];
}

export interface Notice extends Span {
  readonly message: string;
  /** What may have been meant. */
  readonly fix?: Fix;
  /** Most writers mean it so, as with `TODO: x`; it is worth saying only when nothing is found. */
  readonly isUsual?: true;
}

export interface QueryError extends Span {
  /** Of the errors that machines tell apart. */
  readonly code?: string;
  readonly message: string;
  readonly fix?: Fix;
}

/** A whole query that works, to put in the place of the one that does not. */
export interface Fix {
  readonly description: string;
  readonly query: string;
}
