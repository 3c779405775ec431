export const typeDefs = /* GraphQL */ `
"A kind of code host, such as GITHUB, written with or without quotes: of those that come with Sextant, or of a plugin."
scalar ExternalServiceKind

enum RepositoryOrderBy {
  REPOSITORY_NAME
  REPO_CREATED_AT
  "What the mirror takes on disk."
  SIZE
}

enum ExternalServiceSyncJobState {
  PROCESSING
  COMPLETED
  FAILED
  CANCELED
}

"A repository's identity at its code host: it survives a rename."
type ExternalRepository {
  id: String!
  "Such as github, gitlab, other, local."
  serviceType: String!
  "The code host's URL."
  serviceID: String!
}

type ExternalLink {
  url: String!
  "Null when the host is of no known kind."
  serviceKind: ExternalServiceKind
  serviceType: String
}

type Markdown {
  text: String!
  html: String!
}

type KeyValuePair {
  key: String!
  value: String
}

type Repository implements Node @requires(role: USER) {
  id: ID!
  "Such as github.com/owner/name."
  name: String!
  "The path of its page here."
  url: String!
  description: String!
  createdAt: DateTime!
  updatedAt: DateTime
  externalRepository: ExternalRepository!
  externalURLs: [ExternalLink!]!
  label: Markdown!
  viewerCanAdminister: Boolean!
  keyValuePairs: [KeyValuePair!]!
  metadata: [KeyValuePair!]!
  isFork: Boolean!
  isArchived: Boolean!
  isPrivate: Boolean!
  stars: Int!
  topics: [String!]!
  "Why it is as old as it is. Of at most 100 repositories in one operation."
  freshness: RepositoryFreshness
  "The connections that give this repository."
  externalServices(first: Int, after: String): ExternalServiceConnection @requires(role: SITE_ADMIN) @pageSize(most: 10000)
}

"The address of a repository that another server has. This installation names none."
type Redirect {
  url: String!
}

union RepositoryRedirect = Repository | Redirect

type RepositoryConnection {
  nodes: [Repository!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

type ExternalServiceSyncJob {
  id: ID!
  state: ExternalServiceSyncJobState!
  startedAt: DateTime
  finishedAt: DateTime
  "When the list of a sync that is under way will be complete, by the limits of its host; null where that is not known."
  expectedAt: DateTime
  failureMessage: String
  reposSynced: Int!
  reposAdded: Int!
  reposDeleted: Int!
  reposModified: Int!
  reposUnmodified: Int!
  "Listed and not taken: a malformed name, or one that another repository has."
  reposSkipped: Int!
  "The first of the reasons, in words."
  skipReasons: [String!]!
}

type ExternalServiceSyncJobConnection {
  nodes: [ExternalServiceSyncJob!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

union ExternalServiceCheck = ExternalServiceAvailable | ExternalServiceUnavailable

type ExternalServiceAvailable {
  lastCheckedAt: DateTime!
}

type ExternalServiceUnavailable {
  suspectedReason: String!
  fix: String!
}

"A connection to a code host."
type ExternalService implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  kind: ExternalServiceKind!
  displayName: String!
  "Secrets are shown as REDACTED."
  config: JSONCString!
  url: String!
  createdAt: DateTime!
  updatedAt: DateTime!
  "What to know about the last change of the configuration."
  warning: String
  lastSyncError: String
  lastSyncAt: DateTime
  nextSyncAt: DateTime
  repoCount: Int!
  syncJobs(first: Int, after: String): ExternalServiceSyncJobConnection!
  viewerCanAdminister: Boolean!
  "Declared in the configuration file: read-only here."
  isDeclared: Boolean!
  supportsRepoExclusion: Boolean!
  "The address of the webhook that is set up for the code host of this connection; null when there is none."
  webhookURL: String
  "The connection can be tried: its kind is known here."
  hasConnectionCheck: Boolean!
  "Every user sees the repositories of the connection: its code host does not decide who does. Null when that is not known."
  unrestricted: Boolean
  "Tries the connection now."
  checkConnection: ExternalServiceCheck!
  repositories(first: Int, after: String): RepositoryConnection!
}

type ExternalServiceConnection @requires(role: SITE_ADMIN) {
  nodes: [ExternalService!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

input AddExternalServiceInput {
  kind: ExternalServiceKind!
  displayName: String!
  config: String!
  namespace: ID
}

input UpdateExternalServiceInput {
  id: ID!
  displayName: String
  "Secrets left as REDACTED keep their value."
  config: String
}

extend type Query {
  "The repository of this name or clone URL; a former name leads to the repository that had it. Null when there is none for you to see."
  repository(name: String, cloneURL: String): Repository @requires(role: PUBLIC)
  """
  The same as repository, for clients that can follow a redirect to another server. hashedName is the SHA-256 of the name in lower case, as hexadecimal digits: for
  clients that may not tell the name of a private repository.
  """
  repositoryRedirect(name: String, cloneURL: String, hashedName: String): RepositoryRedirect @requires(role: PUBLIC)
  repositories(
    first: Int
    after: String
    names: [String!]
    query: String
    cloned: Boolean = true
    notCloned: Boolean = true
    indexed: Boolean = true
    notIndexed: Boolean = true
    orderBy: RepositoryOrderBy = REPOSITORY_NAME
    descending: Boolean = false
    externalService: ID
  ): RepositoryConnection! @requires(role: PUBLIC)
  externalServices(first: Int, after: String, namespace: ID): ExternalServiceConnection! @requires(role: SITE_ADMIN) @pageSize(most: 10000)
}

extend type Mutation {
  addExternalService(input: AddExternalServiceInput!): ExternalService! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  updateExternalService(input: UpdateExternalServiceInput!): ExternalService! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  deleteExternalService(externalService: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  "Lists the connection's repositories soon."
  syncExternalService(id: ID!): EmptyResponse @requires(role: SITE_ADMIN)
  "Deletes the record and the mirror; a connection that still lists the repository brings it back."
  deleteRepository(repository: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  addRepoMetadata(repo: ID!, key: String!, value: String): EmptyResponse @requires(permission: "REPO_METADATA#WRITE")
  updateRepoMetadata(repo: ID!, key: String!, value: String): EmptyResponse @requires(permission: "REPO_METADATA#WRITE")
  deleteRepoMetadata(repo: ID!, key: String!): EmptyResponse @requires(permission: "REPO_METADATA#WRITE")
  addRepoKeyValuePair(repo: ID!, key: String!, value: String): EmptyResponse @requires(permission: "REPO_METADATA#WRITE")
  updateRepoKeyValuePair(repo: ID!, key: String!, value: String): EmptyResponse @requires(permission: "REPO_METADATA#WRITE")
  deleteRepoKeyValuePair(repo: ID!, key: String!): EmptyResponse @requires(permission: "REPO_METADATA#WRITE")
}
`;
