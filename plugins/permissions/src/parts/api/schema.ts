export const typeDefs = /* GraphQL */ `
enum RepositoryPermission {
  READ
}

enum PermissionSource {
  USER_SYNC
  REPO_SYNC
  API
}

enum PermissionsSyncJobState {
  QUEUED
  PROCESSING
  "It will be tried again."
  ERRORED
  FAILED
  COMPLETED
  CANCELED
}

enum PermissionsSyncJobReasonGroup {
  MANUAL
  WEBHOOK
  SCHEDULE
  SYSTEM
  UNKNOWN
}

enum PermissionsSyncJobPriority {
  LOW
  MEDIUM
  HIGH
}

type PermissionsSyncJobReasonWithGroup @requires(role: SITE_ADMIN) {
  group: PermissionsSyncJobReasonGroup!
  reason: String!
}

"How one code host answered."
type CodeHostState @requires(role: SITE_ADMIN) {
  providerType: String!
  providerID: String!
  "SUCCESS, ERROR, or SKIPPED where the host does not tell this."
  status: String!
  message: String!
  "Requests that it took; null where they were not counted."
  requests: Int
}

"What a sync of everybody and everything takes at one code host, going by what the last syncs took, against what the host allows."
type PermissionsSyncCost @requires(role: SITE_ADMIN) {
  providerType: String!
  providerID: String!
  "Users who have an account there."
  users: Int!
  "Private repositories that it decides about."
  repositories: Int!
  "Null until one was synced."
  requestsPerUser: Float
  requestsPerRepository: Float
  "Requests of the connection's credential for each user and repository once."
  requests: Int!
  "Requests besides, with the accounts' own credentials, whose budgets are their own."
  ownRequests: Int!
  "Requests an hour that the connection's credential is allowed; null where neither the host nor the connection says."
  requestsPerHour: Int
  "How long it takes by that."
  hours: Float
}

"A sync of what one user may see, or of who may see one repository."
type PermissionsSyncJob implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  state: PermissionsSyncJobState!
  reason: PermissionsSyncJobReasonWithGroup!
  "Null for a sync of a repository."
  user: User
  "Null for a sync of a user."
  repository: Repository
  triggeredByUser: User
  priority: PermissionsSyncJobPriority!
  queuedAt: DateTime!
  processAfter: DateTime
  startedAt: DateTime
  finishedAt: DateTime
  failureMessage: String
  cancellationReason: String
  ranForMs: Int
  numResets: Int!
  numFailures: Int!
  "How far it is, in words, while it runs."
  progress: String
  "Syncs that come before it, while it waits."
  placeInQueue: Int
  permissionsAdded: Int!
  permissionsRemoved: Int!
  permissionsFound: Int!
  codeHostStates: [CodeHostState!]!
  "Some hosts answered, and some failed."
  partialSuccess: Boolean!
}

type PermissionsSyncJobConnection @requires(role: SITE_ADMIN) {
  nodes: [PermissionsSyncJob!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

type PermissionsInfoUser @requires(role: SITE_ADMIN) {
  id: ID!
  user: User!
}

type PermissionsInfoUserConnection @requires(role: SITE_ADMIN) {
  nodes: [PermissionsInfoUser!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

"What is known of who may see a repository, or of what a user may see."
type PermissionsInfo {
  permissions: [RepositoryPermission!]!
  "When hosts last said all of it."
  syncedAt: DateTime
  "When it last was another than before."
  updatedAt: DateTime
  "Where it comes from."
  source: PermissionSource
  "Every user sees it: it is public, or not restricted."
  unrestricted: Boolean!
  "Of a repository: who is named. For site admins."
  users(first: Int, after: String, query: String): PermissionsInfoUserConnection @requires(role: SITE_ADMIN)
  "Of a user: what is seen by a grant, and by the viewer as well. For site admins and the user."
  repositories(first: Int, after: String): RepositoryConnection
}

enum AccessCause {
  SITE_ADMIN
  SERVICE_ACCOUNT
  PUBLIC
  NOT_ENFORCED
  UNRESTRICTED
  GRANTED_BY_HOST
  GRANTED_BY_API
  GRANTED_ELSEWHERE
  PATH_RULES
  NO_ACCOUNT
  NOT_NAMED
  CREDENTIAL_REFUSED
  TOO_OLD
  NEVER_SYNCED
  SYNC_QUEUED
  SYNC_RUNNING
  SYNC_FAILED
  PENDING
  NOT_SET
  SOURCE_UNAVAILABLE
  HOST_UNAVAILABLE
  NOT_VISIBLE
}

type AccessReason {
  cause: AccessCause!
  "A sentence."
  text: String!
  "The address of the code host that it is about."
  host: String
  "The account there, or the name by which the API knows the person."
  account: String
  since: DateTime
}

"Why somebody sees a repository, or does not."
type AccessExplanation {
  allowed: Boolean!
  "The answer in a sentence or two."
  summary: String!
  reasons: [AccessReason!]!
  "What would make it otherwise, each in a sentence."
  wouldChange: [String!]!
}

input UserPermissionInput {
  "An address or a username, as permissions.userMapping says."
  bindID: String!
  permission: RepositoryPermission = READ
}

input UserSubRepoPermission {
  bindID: String!
  "Patterns of paths; with - in front, what is hidden. The last that fits decides."
  paths: [String!]
  "Older form: patterns of what is shown."
  pathIncludes: [String!]
  "Older form: patterns of what is hidden."
  pathExcludes: [String!]
}

input UserPermissionsSyncOptions {
  "Whether groups of the hosts are asked anew for what they give, whatever is kept of it."
  invalidateCaches: Boolean
}

extend type User {
  "For the user and site admins; null for others."
  permissionsInfo: PermissionsInfo
}

extend type Repository {
  permissionsInfo: PermissionsInfo @requires(role: SITE_ADMIN)
}

extend type Query {
  "Newest first; of repositories, those that the viewer sees."
  permissionsSyncJobs(
    first: Int
    after: String
    state: PermissionsSyncJobState
    reasonGroup: PermissionsSyncJobReasonGroup
    userID: ID
    repositoryID: ID
  ): PermissionsSyncJobConnection! @requires(role: SITE_ADMIN)
  "How many requests a sync of all takes at each code host that decides, and how long by its limits."
  permissionsSyncCosts: [PermissionsSyncCost!]! @requires(role: SITE_ADMIN)
  "Repositories that are granted to this person; to a name that is nobody's yet, those that wait for it. Of them those that the viewer sees."
  authorizedUserRepositories(username: String, email: String, perm: RepositoryPermission = READ, first: Int!, after: String): RepositoryConnection! @requires(role: SITE_ADMIN)
  "Names to which the API grants something and that are nobody's here yet; 10,000 at most."
  usersWithPendingPermissions: [String!]! @requires(role: SITE_ADMIN)
  "Why somebody sees a repository or does not. Site admins ask about anybody, others about themselves: then what they do not see is as if it were not there."
  accessExplanation(user: ID!, repository: String!): AccessExplanation! @requires(role: USER)
}

extend type Mutation {
  setRepositoryPermissionsForUsers(repository: ID!, userPermissions: [UserPermissionInput!]!): EmptyResponse! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  setRepositoryPermissionsUnrestricted(repositories: [ID!]!, unrestricted: Boolean!): EmptyResponse! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  setSubRepositoryPermissionsForUsers(repository: ID!, userPermissions: [UserSubRepoPermission!]!): EmptyResponse! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  setRepositoryPermissionsForBitbucketProject(
    projectKey: String!
    codeHost: ID!
    userPermissions: [UserPermissionInput!]!
    unrestricted: Boolean = false
  ): EmptyResponse! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  scheduleUserPermissionsSync(user: ID!, options: UserPermissionsSyncOptions): EmptyResponse! @requires(role: SITE_ADMIN)
  "Asks for what groups of the host hold as well, whatever is kept of it."
  scheduleRepositoryPermissionsSync(repository: ID!): EmptyResponse! @requires(role: SITE_ADMIN)
  "SUCCESS, NOT_FOUND or ERROR."
  cancelPermissionsSyncJob(job: ID!, reason: String): CancelPermissionsSyncJobResultMessage! @requires(role: SITE_ADMIN)
}

enum CancelPermissionsSyncJobResultMessage {
  SUCCESS
  NOT_FOUND
  ERROR
}
`;
