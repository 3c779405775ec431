/**
 * `src` asks for both fields before each of its batch commands, `src batch validate` among them, which needs no server. They are part of every
 * installation: with no plugin for batch changes the list is empty.
 */
export const batchChangesTypeDefs = /* GraphQL */ `
  extend type Query {
    "The number of changesets that may be published without a licence. Sextant needs none: the largest number there is."
    maxUnlicensedChangesets: Int! @requires(role: PUBLIC)
    "The batch changes that the viewer may see. Empty while no plugin provides any."
    batchChanges(first: Int = 50, after: String): BatchChangeConnection! @requires(role: PUBLIC)
  }

  type BatchChangeConnection @requires(role: PUBLIC) {
    nodes: [BatchChange!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type BatchChange @requires(role: PUBLIC) {
    id: ID!
  }
`;

const LARGEST_INT = 2 ** 31 - 1;

export const batchChangesQueries = {
  maxUnlicensedChangesets: () => LARGEST_INT,
  batchChanges: () => ({ nodes: [], totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null } }),
};
