// Generated from schema.graphql by `npm run graphql`: change that file instead.
import type { ResolveInfo as GraphQLResolveInfo } from '@sextant/sdk';
import type { GitBlob as GitBlobParent, HighlightedFile as HighlightedFileParent } from './parents.js';
import type { Operation } from '@sextant/sdk';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
};

export type GitBlob = {
  /**
   * The lines as HTML that is safe to put into a page, with one class a token (tok-keyword, tok-string, …) for both light and dark themes.
   * startLine and endLine count from 1, both included, and limit html.
   */
  readonly highlight?: Maybe<HighlightedFile>;
};


export type GitBlobHighlightArgs = {
  disableTimeout: Scalars['Boolean']['input'];
  isLightTheme?: InputMaybe<Scalars['Boolean']['input']>;
  highlightLongLines?: InputMaybe<Scalars['Boolean']['input']>;
  format?: InputMaybe<HighlightResponseFormat>;
  startLine?: InputMaybe<Scalars['Int']['input']>;
  endLine?: InputMaybe<Scalars['Int']['input']>;
};

export type HighlightResponseFormat =
  /** Escaped and no more. */
  | 'HTML_PLAINTEXT'
  | 'HTML_HIGHLIGHT';

export type HighlightedFile = {
  /** The lines have no colours since the time was up, or the file is too large. */
  readonly aborted: Scalars['Boolean']['output'];
  /** A table of two columns: the line's number as data-line, and its code. */
  readonly html: Scalars['String']['output'];
  /** For each range the rows of that table, one a line. */
  readonly lineRanges: ReadonlyArray<ReadonlyArray<Scalars['String']['output']>>;
  /** Linguist's name, such as TypeScript; Plain Text when none is known. */
  readonly language: Scalars['String']['output'];
};


export type HighlightedFileLineRangesArgs = {
  ranges: ReadonlyArray<HighlightLineRange>;
};

/** Lines counted from 0, the end not included. What lies behind the last line is left out. */
export type HighlightLineRange = {
  readonly startLine: Scalars['Int']['input'];
  readonly endLine: Scalars['Int']['input'];
};

export type _Role =
  | 'PUBLIC'
  | 'USER'
  | 'SITE_ADMIN';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  GitBlob: ResolverTypeWrapper<GitBlobParent>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  HighlightResponseFormat: HighlightResponseFormat;
  HighlightedFile: ResolverTypeWrapper<HighlightedFileParent>;
  HighlightLineRange: HighlightLineRange;
  _Role: _Role;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  GitBlob: GitBlobParent;
  Boolean: Scalars['Boolean']['output'];
  HighlightedFile: HighlightedFileParent;
  HighlightLineRange: HighlightLineRange;
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
};

export type RequiresDirectiveArgs = {
  role?: Maybe<_Role>;
  permission?: Maybe<Scalars['String']['input']>;
};

export type RequiresDirectiveResolver<Result, Parent, ContextType = Operation, Args = RequiresDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type PageSizeDirectiveArgs = {
  most: Scalars['Int']['input'];
};

export type PageSizeDirectiveResolver<Result, Parent, ContextType = Operation, Args = PageSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type GitBlobResolvers<ContextType = Operation, ParentType extends ResolversParentTypes['GitBlob'] = ResolversParentTypes['GitBlob']> = {
  highlight?: Resolver<Maybe<ResolversTypes['HighlightedFile']>, ParentType, ContextType, RequireFields<GitBlobHighlightArgs, 'disableTimeout' | 'highlightLongLines' | 'format'>>;
};

export type HighlightedFileResolvers<ContextType = Operation, ParentType extends ResolversParentTypes['HighlightedFile'] = ResolversParentTypes['HighlightedFile']> = {
  aborted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  html?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lineRanges?: Resolver<ReadonlyArray<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType, RequireFields<HighlightedFileLineRangesArgs, 'ranges'>>;
  language?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Operation> = {
  GitBlob?: GitBlobResolvers<ContextType>;
  HighlightedFile?: HighlightedFileResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Operation> = {
  requires?: RequiresDirectiveResolver<any, any, ContextType>;
  pageSize?: PageSizeDirectiveResolver<any, any, ContextType>;
};

export const schema = {
  typeDefs: /* GraphQL */ `
extend type GitBlob {
  """
  The lines as HTML that is safe to put into a page, with one class a token (tok-keyword, tok-string, …) for both light and dark themes.
  startLine and endLine count from 1, both included, and limit html.
  """
  highlight(
    "Wait for the colours as long as the server allows at all."
    disableTimeout: Boolean!
    "Without effect: the classes are the same in all themes."
    isLightTheme: Boolean
    "Colour lines of more than 2,000 characters too."
    highlightLongLines: Boolean = false
    format: HighlightResponseFormat = HTML_HIGHLIGHT
    startLine: Int
    endLine: Int
  ): HighlightedFile
}

enum HighlightResponseFormat {
  "Escaped and no more."
  HTML_PLAINTEXT
  HTML_HIGHLIGHT
}

type HighlightedFile {
  "The lines have no colours since the time was up, or the file is too large."
  aborted: Boolean!
  "A table of two columns: the line's number as data-line, and its code."
  html: String!
  "For each range the rows of that table, one a line."
  lineRanges(ranges: [HighlightLineRange!]!): [[String!]!]!
  "Linguist's name, such as TypeScript; Plain Text when none is known."
  language: String!
}

"Lines counted from 0, the end not included. What lies behind the last line is left out."
input HighlightLineRange {
  startLine: Int!
  endLine: Int!
}
`,
  extends: ["GitBlob"],
};
