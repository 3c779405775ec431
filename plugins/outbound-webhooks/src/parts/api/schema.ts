export const typeDefs = /* GraphQL */ `
"A kind of thing that webhooks can be told of."
type OutboundWebhookEventType @requires(role: SITE_ADMIN) {
  key: String!
  description: String!
}

type OutboundWebhookScopedEventType @requires(role: SITE_ADMIN) {
  eventType: String!
  "Only what is about this, such as a repository by its name. Null: all."
  scope: String
}

"Deliveries that are kept, each try counted."
type OutboundWebhookLogStats @requires(role: SITE_ADMIN) {
  total: Int!
  errored: Int!
}

"An address that is told what happens here."
type OutboundWebhook implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  url: String!
  eventTypes: [OutboundWebhookScopedEventType!]!
  createdAt: DateTime!
  updatedAt: DateTime!
  "Since when nothing has arrived; null: the last delivery did, or none failed for good."
  failingSince: DateTime
  "Switched off, because nothing arrived for days. An update switches it on again."
  disabledAt: DateTime
  stats: OutboundWebhookLogStats!
  "Tries, newest first."
  logs(first: Int, after: String, onlyErrors: Boolean = false): OutboundWebhookLogConnection!
}

type OutboundWebhookConnection @requires(role: SITE_ADMIN) {
  nodes: [OutboundWebhook!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

type OutboundWebhookJob @requires(role: SITE_ADMIN) {
  "The same for every try, and in the headers of each."
  id: ID!
  eventType: String!
  scope: String
  payload: String!
}

type OutboundWebhookLogRequest @requires(role: SITE_ADMIN) {
  "The signature is shown as REDACTED."
  headers: [HTTPHeader!]!
  body: String!
  method: String!
  url: String!
  version: String!
}

type OutboundWebhookLogResponse @requires(role: SITE_ADMIN) {
  "Values of unusual headers are shown as REDACTED."
  headers: [HTTPHeader!]!
  "Its first 16 KiB."
  body: String!
}

"One try of a delivery."
type OutboundWebhookLog implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  job: OutboundWebhookJob
  sentAt: DateTime!
  durationMs: Int!
  "0 when there was no answer."
  statusCode: Int!
  request: OutboundWebhookLogRequest!
  response: OutboundWebhookLogResponse!
  error: String
}

type OutboundWebhookLogConnection @requires(role: SITE_ADMIN) {
  nodes: [OutboundWebhookLog!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

input OutboundWebhookScopedEventTypeInput {
  eventType: String!
  scope: String
}

input OutboundWebhookCreateInput {
  url: String!
  "Eight characters or more; what is sent is signed with it. It is never shown."
  secret: String!
  eventTypes: [OutboundWebhookScopedEventTypeInput!]!
}

input OutboundWebhookUpdateInput {
  url: String
  secret: String
  eventTypes: [OutboundWebhookScopedEventTypeInput!]
}

extend type Query {
  outboundWebhooks(first: Int, after: String, eventType: String): OutboundWebhookConnection! @requires(role: SITE_ADMIN)
  "What webhooks can be told of, with the plugins that run."
  outboundWebhookEventTypes: [OutboundWebhookEventType!]! @requires(role: SITE_ADMIN)
}

extend type Mutation {
  createOutboundWebhook(input: OutboundWebhookCreateInput!): OutboundWebhook! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  "What is left out stays. One that was switched off is on again."
  updateOutboundWebhook(id: ID!, input: OutboundWebhookUpdateInput!): OutboundWebhook! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  deleteOutboundWebhook(id: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  "Sends an event test:ping now, once, and answers with how that went."
  testOutboundWebhook(id: ID!): OutboundWebhookLog! @requires(role: SITE_ADMIN)
}
`;
