export const auditTypeDefs = /* GraphQL */ `
  extend type Query {
    """
    What was done and looked at, newest first. entity and action are as in the entries; actor is a user's name or number, or operator, anonymous,
    internal:git; until is exclusive.
    """
    auditLog(first: Int, after: String, entity: String, action: String, actor: String, since: DateTime, until: DateTime): AuditLogConnection!
      @requires(role: SITE_ADMIN)
  }

  type AuditLogConnection @requires(role: SITE_ADMIN) {
    nodes: [AuditLogEntry!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  "One entry of the audit log. Nothing in it is ever changed."
  type AuditLogEntry @requires(role: SITE_ADMIN) {
    "Its place in the chain."
    position: Int!
    auditID: String!
    timestamp: DateTime!
    entity: String!
    action: String!
    "The number of a user, or operator, anonymous, internal:git."
    actorUID: String!
    "The user, while there is one."
    actor: User
    ip: String
    userAgent: String
    forwardedFor: String
    "The number of the access token that was used."
    accessTokenID: Int
    sessionID: String
    clientName: String
    clientVersion: String
    requestID: String
    fields: [AuditLogField!]!
    "SHA-256 over the hash before and this entry, in hexadecimal digits."
    hash: String!
  }

  type AuditLogField @requires(role: SITE_ADMIN) {
    name: String!
    value: String!
  }
`;
