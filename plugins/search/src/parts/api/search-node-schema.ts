export const searchNodeTypeDefs = /* GraphQL */ `
extend type Query {
  "The search processes: which there are, what they hold and what moves between them."
  searchNodes: [SearchNode!]! @requires(role: SITE_ADMIN)
}

extend type Mutation {
  "Gives the repositories of a node to the others; it is given none until it is undrained."
  drainSearchNode(name: String!): SearchNode! @requires(role: SITE_ADMIN)
  undrainSearchNode(name: String!): SearchNode! @requires(role: SITE_ADMIN)
  "Keeps a repository on these nodes and no others, in the place of what it was pinned to before."
  pinRepositoryToSearchNodes(repository: ID!, nodes: [String!]!): EmptyResponse @requires(role: SITE_ADMIN)
  "Lets a repository be placed like any other again."
  unpinRepositoryFromSearchNodes(repository: ID!): EmptyResponse @requires(role: SITE_ADMIN)
}

type SearchNode @requires(role: SITE_ADMIN) {
  name: String!
  state: SearchNodeState!
  "It has reported within the last 15 seconds."
  online: Boolean!
  "When it last reported; null: never yet."
  seenAt: DateTime
  "How many it holds whole."
  repositories: Int!
  "Of its index on disk."
  indexBytes: BigInt!
  "How many repositories it is to get, and how many it holds until other nodes have them."
  incoming: Int!
  outgoing: Int!
  "The first of those that it is to get."
  moving: [SearchNodeMove!]!
  pinned: [Repository!]!
  "What is wrong with it, in words."
  problem: String
}

enum SearchNodeState {
  "The index is not spread: this node holds all of it."
  EVERYTHING
  ACTIVE
  "It gives its repositories to the others."
  DRAINING
  "It holds none any more."
  DRAINED
}

type SearchNodeMove @requires(role: SITE_ADMIN) {
  repository: Repository!
  "The nodes that answer for it meanwhile; none: it is new to the index, or no node that holds it answers."
  from: [String!]!
}
`;
