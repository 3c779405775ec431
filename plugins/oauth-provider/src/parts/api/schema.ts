export const typeDefs = /* GraphQL */ `
  extend type Query {
    "The programs that may ask people to act for them, by id; those that registered themselves too."
    oauthClients(first: Int, after: String): OAuthClientConnection! @requires(role: SITE_ADMIN)
  }

  extend type Mutation {
    "Registers a program. Its secret, where it can keep one, is shown here and never again."
    createOAuthClient(input: OAuthClientInput!): OAuthClientWithSecret! @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Changes what is given. What people let it do goes on, as far as its scopes still have it for new tokens."
    updateOAuthClient(id: ID!, input: OAuthClientChange!): OAuthClient! @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Gives it a new secret, shown here and never again; the old one is void at once."
    rotateOAuthClientSecret(id: ID!): OAuthClientWithSecret! @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Removes it, with all that it was given: its tokens are void at once."
    deleteOAuthClient(id: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Ends what a program may do for the user: all tokens of it are void at once. For the user and site admins."
    revokeAuthorizedApplication(id: ID!): EmptyResponse @requires(role: USER)
  }

  extend type User {
    "The programs that the user lets act for them, newest first. For the user and site admins; null for others."
    authorizedApplications(first: Int, after: String): AuthorizedApplicationConnection
  }

  "A program that can ask people to act for them, by OAuth 2."
  type OAuthClient implements Node @requires(role: SITE_ADMIN) {
    id: ID!
    "What the program calls itself with: its client_id."
    clientID: String!
    name: String!
    "It registered itself: nobody here has looked at it."
    dynamic: Boolean!
    "It can keep a secret, and has one."
    confidential: Boolean!
    redirectURIs: [String!]!
    scopes: [String!]!
    "People confirm it by a code that it shows, such as a command line."
    deviceFlow: Boolean!
    "It runs on people's own machines: its loopback addresses are good with any port, and each use asks the person."
    native: Boolean!
    "As whom it acts without a person (client_credentials)."
    serviceAccount: User
    createdAt: DateTime!
  }

  type OAuthClientConnection @requires(role: SITE_ADMIN) {
    nodes: [OAuthClient!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type OAuthClientWithSecret @requires(role: SITE_ADMIN) {
    client: OAuthClient!
    "Null for a program that can keep none."
    clientSecret: String
  }

  input OAuthClientInput {
    name: String!
    "https, or http to this machine. None: nobody is sent back to it."
    redirectURIs: [String!]
    "Of openid, profile, email, offline_access, user:all, externalapi:read, externalapi:write and mcp."
    scopes: [String!]!
    "False for a program that is in people's hands, such as an app or a page."
    confidential: Boolean = true
    deviceFlow: Boolean = false
    native: Boolean = false
    "A service account that it acts as."
    serviceAccount: ID
  }

  input OAuthClientChange {
    name: String
    redirectURIs: [String!]
    scopes: [String!]
  }

  "What a person lets a program do. Each time that they say yes is one of its own."
  type AuthorizedApplication implements Node @requires(role: USER) {
    id: ID!
    name: String!
    clientID: String!
    scopes: [String!]!
    createdAt: DateTime!
    expiresAt: DateTime!
    "Accurate to a few minutes."
    lastUsedAt: DateTime
  }

  type AuthorizedApplicationConnection @requires(role: USER) {
    nodes: [AuthorizedApplication!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }
`;
