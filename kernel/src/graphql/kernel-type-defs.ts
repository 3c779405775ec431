/** The id the kernel has in the ownership map, in `extensions.plugin` and in logs. */
export const KERNEL = 'kernel';

/** What the kernel owns. Every plugin may extend the three root types; nobody else's types are extended unasked. */
export const kernelTypeDefs = /* GraphQL */ `
"""
Who may read a field, or every field of a type: a role, or whoever has the permission, which is written NAMESPACE#ACTION. A root field without it needs a
USER. A guest, where the site has them, is a USER to queries.
"""
directive @requires(role: ViewerRole, permission: String) on FIELD_DEFINITION | OBJECT

"""
The longest page of a list that is known to be short. Whoever asks for more is given this many at most, as if they had asked for them, and the cost of the
operation is counted by it.
"""
directive @pageSize(most: Int!) on FIELD_DEFINITION

"""
The mutation needs somebody who proved recently who they are: a session that was confirmed within auth.stepUpPeriod. Access tokens are refused, unless they
are allowed here: then the period counts for sessions alone.
"""
directive @requiresRecentSignIn(tokens: Boolean = false) on FIELD_DEFINITION

enum ViewerRole {
  PUBLIC
  USER
  SITE_ADMIN
}

"A time in RFC 3339 form, UTC."
scalar DateTime
"JSON that may hold comments and trailing commas, as text."
scalar JSONCString
"Any JSON value."
scalar JSONValue
"An integer beyond 32 bits, as a decimal text."
scalar BigInt

"An object with an id that is unique over all kinds."
interface Node {
  id: ID!
}

type PageInfo {
  hasNextPage: Boolean!
  "Pass it as \`after\` to get the next page."
  endCursor: String
}

"The answer of a mutation that has nothing to say."
type EmptyResponse {
  alwaysNil: String
}

enum PluginState {
  DISABLED
  INCOMPATIBLE
  BLOCKED
  FAILED
  DEGRADED
  ACTIVE
}

enum PluginToggle {
  ALWAYS_ON
  DEFAULT_ON
  DEFAULT_OFF
}

"A plugin, as it stands in the process that answers."
type Plugin {
  id: ID!
  version: String!
  title: String!
  summary: String!
  toggle: PluginToggle!
  state: PluginState!
  "The phase it failed in."
  phase: String
  "In words, for every state but ACTIVE."
  reason: String
  code: String
  dependsOn: [String!]!
  "Milliseconds per phase."
  timings: JSONValue!
  "Every process of the installation that has a part of it, the one that answers first. One that was not heard of for 30 seconds is not among them."
  processes: [PluginProcess!]!
}

"A plugin, as it stands in one process."
type PluginProcess {
  "host:pid:random, another one after a restart."
  instance: String!
  roles: [String!]!
  state: PluginState!
  phase: String
  reason: String
  code: String
}

type HTTPHeader {
  name: String!
  "A value that may be secret is shown as REDACTED."
  values: [String!]!
}

"A request that this installation made to another server. Bodies are not kept, nor the path of an address that a person gave."
type OutboundRequest implements Node @requires(role: SITE_ADMIN) {
  id: ID!
  startedAt: DateTime!
  method: String!
  url: String!
  requestHeaders: [HTTPHeader!]!
  "Always empty: it may hold secrets."
  requestBody: String!
  "0 when there was no answer."
  statusCode: Int!
  responseHeaders: [HTTPHeader!]!
  "Until the head of the answer."
  durationMs: Int!
  "Empty when there was an answer."
  errorMessage: String!
  "The plugin that made it."
  creationStackFrame: String!
  "The plugin that made it."
  callStack: String!
}

type OutboundRequestConnection @requires(role: SITE_ADMIN) {
  nodes: [OutboundRequest!]!
  totalCount: Int!
  pageInfo: PageInfo!
}

type Query {
  "The object with this id; null when it is not there or not yours to see."
  node(id: ID!): Node @requires(role: USER)
  plugins: [Plugin!]! @requires(role: SITE_ADMIN)
  "The latest requests to other servers, newest first, as many as outbound.log says."
  outboundRequests(first: Int, after: String): OutboundRequestConnection! @requires(role: SITE_ADMIN)
}

type Mutation {
  "Switches a plugin on in place: its schema, routes, jobs and schedules come with it."
  enablePlugin(id: ID!): Plugin @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  "Drains a plugin's work and switches it off. With cascade, those that need it are switched off too."
  disablePlugin(id: ID!, cascade: Boolean = false): Plugin @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
}

type Subscription {
  "The state of a plugin, each time it changes; of one plugin when an id is given."
  pluginChanged(id: ID): Plugin! @requires(role: SITE_ADMIN)
}
`;
