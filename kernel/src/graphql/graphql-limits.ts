import type { ProcessConfig } from '@sextant/config';

/** How large one operation may be. Every one can be met alone; the first that is passed is named in the answer. */
export interface GraphQLLimits {
  /** Selection sets inside each other, fragments included. */
  readonly depth: number;
  /** Fields under another name, fragments expanded. */
  readonly aliases: number;
  /** Lexical tokens of the document. */
  readonly tokens: number;
  /** Fields of the document, fragments expanded. */
  readonly fields: number;
  /** Directives of the document, fragments expanded. */
  readonly directives: number;
  /** Fields that could be resolved: lists multiply by `first`, `last` or `limit`, by {@link listFactor} without one. */
  readonly cost: number;
  readonly listFactor: number;
  /** Milliseconds for a query or mutation. */
  readonly deadline: number;
  /** Subscriptions that run at once. */
  readonly subscriptions: number;
  /** Milliseconds that a subscription may outlive the schema it began on. */
  readonly supersededSubscription: number;
}

export const DEFAULT_LIMITS: GraphQLLimits = {
  depth: 25,
  aliases: 500,
  tokens: 10_000,
  fields: 5_000,
  directives: 200,
  cost: 250_000,
  listFactor: 10,
  deadline: 60_000,
  subscriptions: 1_000,
  supersededSubscription: 600_000,
};

/** Those that the configuration has keys for. */
export const configuredLimits = (graphql: ProcessConfig['graphql']): Partial<GraphQLLimits> => ({
  depth: graphql.maxDepth,
  aliases: graphql.maxAliases,
  tokens: graphql.maxTokens,
  cost: graphql.maxCost,
});
