export const freshnessTypeDefs = /* GraphQL */ `
enum FreshnessVerdict {
  "Every step is done."
  FRESH
  "None fails, and one is still to come."
  UPDATING
  "A step fails, or nobody knows."
  STALE
  "A connection leaves it out. For others than site admins it is UNKNOWN."
  EXCLUDED
  "Gone, and not yet purged. For others than site admins it is UNKNOWN."
  DELETED
  "There is none for you to see."
  UNKNOWN
}

enum FreshnessState {
  OK
  WORKING
  WAITING
  FAILING
  UNKNOWN
}

"A step on the way from the code host to where people meet a change."
type FreshnessStep {
  "connection, sync, queue, fetch, index, or one that a plugin adds."
  name: String!
  state: FreshnessState!
  lastSuccess: DateTime
  nextTry: DateTime
  "Of a step that fails, as in the table of error codes."
  code: String
  cause: String
  "The whole cause. Null for all but site admins."
  detail: String
  "What mends it. Null for all but site admins."
  fix: String
  "The commit of the default branch that has come this far."
  commit: String
}

"Why a repository is as old as it is."
type RepositoryFreshness {
  "As it is called now; of one that is not there, as it was asked for."
  name: String!
  verdict: FreshnessVerdict!
  summary: String!
  "What mends it. Null for all but site admins."
  fix: String
  repository: Repository
  steps: [FreshnessStep!]!
  "Names that are like one that is not there."
  nearest: [String!]!
}

extend type Query {
  "Why the repository of this name is as old as it is, also where there is none."
  repositoryFreshness(name: String!): RepositoryFreshness! @requires(role: PUBLIC)
}
`;
