export const typeDefs = /* GraphQL */ `
  extend type Query {
    "The user that the request is from; null for an anonymous one."
    currentUser: User @requires(role: PUBLIC)
    "A user by name, or by an address the user has proved to own. Looking up by address is for site admins and the user."
    user(username: String, email: String): User @requires(role: USER)
    "All people, by id; service accounts are none. \`query\` matches names and addresses."
    users(first: Int, after: String, query: String, siteAdmin: Boolean, tag: String, activePeriod: UserActivePeriod): UserConnection @requires(role: SITE_ADMIN)
  }

  extend type Mutation {
    """
    Creates an access token for the user. Without durationSeconds it lasts as long as the site's default.
    The scopes are user:all, which every token needs, and site-admin:sudo.
    """
    createAccessToken(user: ID!, scopes: [String!]!, note: String!, durationSeconds: Int): CreateAccessTokenResult @requires(role: USER) @requiresRecentSignIn
    "Revokes an access token, named by its id or by its text. It stops working at once."
    deleteAccessToken(byID: ID, byToken: String): EmptyResponse @requires(role: USER)
    "Creates a user. The address counts as proved unless verifiedEmail is false."
    createUser(username: String!, email: String, verifiedEmail: Boolean): CreateUserResult @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
    "Deletes a user and revokes the user's tokens. With hard, nothing that names the person is kept."
    deleteUser(user: ID!, hard: Boolean): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
    "Changes a user's name or display name. An empty display name removes it."
    updateUser(user: ID!, username: String, displayName: String): User @requires(role: USER)
    "Makes the user a site admin, or an ordinary user again."
    setUserIsSiteAdmin(userID: ID!, siteAdmin: Boolean!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
  }

  "A person's account."
  type User implements Node & TeamMember @requires(role: USER) {
    id: ID!
    databaseID: Int!
    username: String!
    displayName: String
    avatarURL: String
    "The path of the user's page."
    url: String!
    "The path of the user's settings page; null for who may not change them."
    settingsURL: String
    createdAt: DateTime!
    updatedAt: DateTime
    "For the user and site admins."
    siteAdmin: Boolean
    "Accurate to a few minutes. For the user and site admins."
    lastActiveAt: DateTime
    "When the user was last active. For the user and site admins; null for others."
    usageStatistics: UserUsageStatistics
    "For the user and site admins; null for others, and for a token without the scope email or user:all."
    emails: [UserEmail!]
    "For the user and site admins; null for others, and for a token without the scope email or user:all."
    primaryEmail: UserEmail
    "The primary address. For the user and site admins; null for others."
    email: String
    "The user has proved to own an address. For the user and site admins; null for others."
    hasVerifiedEmail: Boolean
    "Always true: this installation asks nobody to accept terms."
    tosAccepted: Boolean!
    "Always true: nothing is asked of a new user after sign-up."
    completedPostSignup: Boolean!
    "Always true: no user is hidden from search."
    searchable: Boolean!
    "All of them for the user and site admins; for others those that the viewer is a member of, too."
    organizations: OrgConnection!
    "By id."
    teams(first: Int, after: String, search: String): TeamConnection
    "The user's access tokens, newest first. For the user and site admins; null for others."
    accessTokens(first: Int, after: String): AccessTokenConnection
    viewerCanAdminister: Boolean!
    viewerCanChangeUsername: Boolean!
    "The name under which the user owns things, such as batch changes."
    namespaceName: String!
  }

  "Since when a user was active, in UTC: a week begins on Sunday."
  enum UserActivePeriod {
    TODAY
    THIS_WEEK
    THIS_MONTH
    ALL_TIME
  }

  type UserUsageStatistics {
    "As lastActiveAt; null: never."
    lastActiveTime: String
    "Always null: activity that a code host's integration causes is not told apart."
    lastActiveCodeHostIntegrationTime: String
  }

  type UserEmail {
    email: String!
    verified: Boolean!
    isPrimary: Boolean!
  }

  type UserConnection {
    nodes: [User!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  "An access token. Its text is shown once, when it is created."
  type AccessToken implements Node @requires(role: USER) {
    id: ID!
    "Whom the token stands for."
    subject: User
    "Who created it; null when it was created at the command line or its creator is gone."
    creator: User
    scopes: [String!]!
    note: String!
    createdAt: DateTime!
    expiresAt: DateTime
    "Accurate to a few minutes."
    lastUsedAt: DateTime
  }

  type AccessTokenConnection {
    nodes: [AccessToken!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type CreateAccessTokenResult {
    id: ID!
    "The text of the token. It is not shown again."
    token: String!
  }

  type CreateUserResult {
    user: User!
    "Where the user sets a password; null where it was mailed to the user, and while no sign-in by password is configured."
    resetPasswordURL: String
    "The address was mailed to the user."
    emailSent: Boolean!
  }
`;
