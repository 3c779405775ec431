export const webhookTypeDefs = /* GraphQL */ `
"An address by which one code host tells of what happens there."
type Webhook implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  uuid: ID!
  name: String!
  "What the code host is to send to."
  url: String!
  codeHostKind: ExternalServiceKind!
  "The code host's URL."
  codeHostURN: String!
  "Always REDACTED: whoever made it knows it."
  secret: String
  createdAt: DateTime!
  updatedAt: DateTime!
  webhookLogs(first: Int, after: String, onlyErrors: Boolean = false, since: DateTime, until: DateTime): WebhookLogConnection!
}

type WebhookConnection @requires(role: SITE_ADMIN) {
  nodes: [Webhook!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

type WebhookLogRequest {
  "What may prove a delivery is shown as REDACTED."
  headers: [HTTPHeader!]!
  "REDACTED for site admins who do not see every repository."
  body: String!
  method: String!
  url: String!
  version: String!
}

type WebhookLogResponse {
  headers: [HTTPHeader!]!
  "In words what was made of the delivery; REDACTED as the body of the request."
  body: String!
}

"A delivery to a webhook."
type WebhookLog implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  webhook: Webhook!
  receivedAt: DateTime!
  "As the code host names it."
  eventType: String!
  statusCode: Int!
  request: WebhookLogRequest!
  response: WebhookLogResponse!
}

type WebhookLogConnection @requires(role: SITE_ADMIN) {
  nodes: [WebhookLog!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

extend type Query {
  webhooks(first: Int, after: String, kind: ExternalServiceKind): WebhookConnection! @requires(role: SITE_ADMIN)
  "Deliveries, newest first."
  webhookLogs(
    first: Int
    after: String
    onlyErrors: Boolean = false
    since: DateTime
    until: DateTime
    webhookID: ID
  ): WebhookLogConnection! @requires(role: SITE_ADMIN)
}

extend type Mutation {
  "codeHostURN: the URL of the code host, as a connection to it has it. secret: eight characters or more."
  createWebhook(name: String!, codeHostKind: String!, codeHostURN: String!, secret: String): Webhook! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  updateWebhook(id: ID!, name: String, codeHostKind: String, codeHostURN: String, secret: String): Webhook! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  deleteWebhook(id: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  "Does again what a delivery that is kept asks for."
  replayWebhookLog(id: ID!): WebhookLog! @requires(role: SITE_ADMIN)
}
`;
