export const administrationTypeDefs = /* GraphQL */ `
  extend type Query {
    "Accounts of programs, by id. \`query\` matches names."
    serviceAccounts(first: Int, after: String, query: String): UserConnection @requires(role: SITE_ADMIN)
    "People who ask for an account, newest first."
    accessRequests(first: Int, after: String, status: AccessRequestStatus): AccessRequestConnection @requires(role: SITE_ADMIN)
  }

  extend type Mutation {
    """
    Makes an account of a program: it signs in nowhere, and works by access tokens that site admins make for it. With bypassRepositoryPermissions it sees every
    repository.
    """
    createServiceAccount(username: String!, displayName: String, bypassRepositoryPermissions: Boolean = false): User
      @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Whether the service account sees every repository."
    setServiceAccountBypass(user: ID!, bypassRepositoryPermissions: Boolean!): User @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Puts a word on a user, or takes it off, to find such users again."
    setTag(node: ID!, tag: String!, present: Boolean!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
    "As deleteUser, of several: of all, or of none when one of them cannot be deleted."
    deleteUsers(users: [ID!]!, hard: Boolean): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
    "Brings back users that were deleted and not forgotten: as ordinary users, without their addresses and tokens."
    recoverUsers(userIDs: [ID!]!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
    "Asks for an account. The answer is the same whether the address is known here or not."
    createAccessRequest(name: String!, email: String!, additionalInfo: String): EmptyResponse @requires(role: PUBLIC)
    "Decides a request for access. The account itself is made by createUser."
    setAccessRequestStatus(id: ID!, status: AccessRequestStatus!): AccessRequest @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  }

  extend type User {
    "An account of a program: it signs in nowhere."
    serviceAccount: Boolean!
    "A service account that sees every repository. For the account and site admins; null for others."
    bypassesRepositoryPermissions: Boolean
    "Words that site admins put on users. For site admins; null for others."
    tags: [String!]
    "Groups of directories and providers that the user is in. For the user and site admins; null for others."
    groups: [UserGroup!]
  }

  "A group elsewhere, as its source names it."
  type UserGroup {
    "\`scim\`, or \`provider:\` and the id of the provider."
    source: String!
    group: String!
  }

  enum AccessRequestStatus {
    PENDING
    APPROVED
    REJECTED
  }

  "Somebody asks for an account. What it says is a stranger's."
  type AccessRequest implements Node @requires(role: SITE_ADMIN) {
    id: ID!
    name: String!
    email: String!
    additionalInfo: String
    status: AccessRequestStatus!
    decidedBy: User
    createdAt: DateTime!
    updatedAt: DateTime!
  }

  type AccessRequestConnection @requires(role: SITE_ADMIN) {
    nodes: [AccessRequest!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  "The people of the site, those too that are deleted and not forgotten."
  type SiteUsers @requires(role: SITE_ADMIN) {
    totalCount: Int!
    nodes(limit: Int = 100, offset: Int = 0, orderBy: SiteUserOrderBy = ID, descending: Boolean = false): [SiteUser!]
  }

  "A person as site admins administer them."
  type SiteUser @requires(role: SITE_ADMIN) {
    id: ID!
    username: String!
    displayName: String
    "The primary address."
    email: String
    siteAdmin: Boolean!
    createdAt: DateTime!
    "Accurate to a few minutes."
    lastActiveAt: DateTime
    deletedAt: DateTime
  }

  enum SiteUserOrderBy {
    ID
    USERNAME
    DISPLAY_NAME
    EMAIL
    CREATED_AT
    LAST_ACTIVE_AT
    DELETED_AT
    SITE_ADMIN
  }

  "Bounds of a time. \`empty\`: whether there is none."
  input SiteUsersDateInput {
    empty: Boolean
    gte: DateTime
    lte: DateTime
  }
`;
