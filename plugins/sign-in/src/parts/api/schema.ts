export const typeDefs = /* GraphQL */ `
  extend type Mutation {
    "Ends all sessions of the user, at once."
    invalidateSessionsByID(userID: ID!): EmptyResponse @requires(role: USER)
    "Ends all sessions of the users, at once."
    invalidateSessionsByIDs(userIDs: [ID!]!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Ends one of the user's sessions, at once."
    endSession(user: ID!, session: ID!): EmptyResponse @requires(role: USER)
    "Changes the password in use. All sessions but the one in use end; all access tokens are revoked unless that is declined."
    updatePassword(oldPassword: String!, newPassword: String!, revokeAccessTokens: Boolean = true): EmptyResponse @requires(role: USER) @requiresRecentSignIn
    "Gives a password to the account in use, which has none: its user came in another way."
    createPassword(newPassword: String!): EmptyResponse @requires(role: USER) @requiresRecentSignIn
    "Takes the user's password away and ends all sessions. The address where a new one is set is mailed to the user, or returned where that cannot be."
    randomizeUserPassword(user: ID!): RandomizeUserPasswordResult @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Adds an address, which is mailed a link by which its owner proves it."
    addUserEmail(user: ID!, email: String!): EmptyResponse @requires(role: USER) @requiresRecentSignIn
    removeUserEmail(user: ID!, email: String!): EmptyResponse @requires(role: USER) @requiresRecentSignIn
    "Makes an address that is proved the one to which mail goes."
    setUserEmailPrimary(user: ID!, email: String!): EmptyResponse @requires(role: USER) @requiresRecentSignIn
    "Says that the user has proved an address, or not."
    setUserEmailVerified(user: ID!, email: String!, verified: Boolean!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
    resendVerificationEmail(user: ID!, email: String!): EmptyResponse @requires(role: USER)
    "Unlinks an account of the user somewhere else, and ends the sessions by it. Refused for the last by which the user can sign in."
    deleteExternalAccount(externalAccount: ID!): EmptyResponse @requires(role: USER) @requiresRecentSignIn
    """
    Takes all second factors of the user away, for somebody who has lost them, and ends all sessions of the user. A user who signs in by passkeys alone needs a
    password then (randomizeUserPassword).
    """
    resetSecondFactor(user: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
  }

  extend type User {
    "The session by which the viewer is here. For the user; null for others."
    session: Session
    "The sessions of the user, newest first. For the user and site admins; null for others."
    sessions: [UserSession!]
    "The user's accounts elsewhere. For the user and site admins; null for others."
    externalAccounts(first: Int, after: String): ExternalAccountConnection
    "The user can sign in by a password. For the user and site admins; null for others."
    builtinAuth: Boolean
    "The user's second factors. For the user and site admins; null for others."
    secondFactors: SecondFactors
  }

  extend type Site {
    "The ways to sign in that the sign-in page shows."
    authProviders: AuthProviderConnection
    "Why there may be no mail: none is configured."
    sendsEmailVerificationEmails: Boolean
  }

  type Session {
    "The viewer came by a sign-in that can be ended; false for a token and for the local site admin."
    canSignOut: Boolean!
  }

  "Somebody's being signed in with one browser."
  type UserSession {
    id: ID!
    createdAt: DateTime!
    "Accurate to a few minutes."
    lastUsedAt: DateTime!
    userAgent: String
    ip: String
    "The entry of auth.providers by which the person came."
    provider: String!
    "It is the one that asks."
    current: Boolean!
  }

  "What a user proves who they are with, besides the password."
  type SecondFactors {
    "Since when the user has an authenticator app; null for none."
    totpCreatedAt: DateTime
    passkeys: [Passkey!]!
    "How many recovery codes are unused."
    recoveryCodesLeft: Int!
  }

  "A key that a device keeps for a user (WebAuthn)."
  type Passkey {
    id: ID!
    name: String!
    createdAt: DateTime!
    lastUsedAt: DateTime
    "It signs in without a password."
    passwordless: Boolean!
  }

  "An account of a user somewhere else."
  type ExternalAccount {
    id: ID!
    user: User
    serviceType: String!
    serviceID: String!
    "The id that the account has there."
    accountID: String!
    username: String!
    displayName: String
    createdAt: DateTime!
    updatedAt: DateTime!
    "Since when its credential is refused there: the person must sign in there again."
    expiredAt: DateTime
  }

  type ExternalAccountConnection {
    nodes: [ExternalAccount!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type AuthProviderConnection {
    nodes: [AuthProvider!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  "A way to sign in."
  type AuthProvider {
    serviceType: String!
    serviceID: String!
    clientID: String!
    configID: String!
    displayName: String!
    isBuiltin: Boolean!
    "Where a browser begins; null for passwords."
    authenticationURL: String
  }

  type RandomizeUserPasswordResult {
    "Where the user sets a new password; null where it was mailed. Whoever has it can become the user."
    resetPasswordURL: String
    "The address was mailed to the user: the site sends mail, and the user has proved an address."
    emailSent: Boolean!
  }
`;
