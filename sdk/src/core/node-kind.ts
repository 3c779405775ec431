import type { Operation } from '../graphql/graphql-part.js';

/** How GraphQL's `node(id)` finds objects of one kind. The owner decodes the id and checks visibility; null is "not there" and "not yours" alike. */
export interface NodeKind {
  /** The GraphQL type's name, and the first half of the decoded id (`Repository:12`). */
  readonly kind: string;
  load(id: string, operation: Operation): Promise<object | null>;
}
