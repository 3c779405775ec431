export const roleTypeDefs = /* GraphQL */ `
  extend type Query {
    "Roles, by id; those of one user, or only those that the program makes or does not."
    roles(first: Int, after: String, user: ID, system: Boolean): RoleConnection @requires(role: SITE_ADMIN)
    "What roles can permit, by name; of one role or user."
    permissions(first: Int, after: String, role: ID, user: ID): PermissionConnection @requires(role: SITE_ADMIN)
  }

  extend type Mutation {
    "Makes a role that permits these, by the ids that \`permissions\` lists."
    createRole(name: String!, permissions: [ID!]!): Role @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "Takes the role from everybody, and deletes it."
    deleteRole(role: ID!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
    "All that a role permits. Site administrators may do everything, and their role is not changed."
    setPermissions(role: ID!, permissions: [ID!]!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
    """
    All roles that a user has by hand. The role SITE_ADMINISTRATOR among them makes a site admin, and its absence an ordinary user; USER and SERVICE_ACCOUNT
    change nothing. What the user's groups give stays.
    """
    setRoles(user: ID!, roles: [ID!]!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn
  }

  extend type User {
    "For the user and site admins; null for others."
    roles(first: Int, after: String): RoleConnection
    "What the user may do by all roles. For the user and site admins; null for others."
    permissions: PermissionConnection
  }

  "What people may do, as a set of permissions with a name."
  type Role implements Node @requires(role: USER) {
    id: ID!
    name: String!
    "Made by the program: SITE_ADMINISTRATOR, USER or SERVICE_ACCOUNT. It is not deleted, and who has it is said by the account."
    system: Boolean!
    createdAt: DateTime!
    permissions: PermissionConnection!
  }

  type RoleConnection {
    nodes: [Role!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  "Something that a role can permit. Plugins declare them."
  type Permission implements Node @requires(role: USER) {
    id: ID!
    namespace: String!
    action: String!
    "As NAMESPACE#ACTION."
    displayName: String!
    description: String!
  }

  type PermissionConnection {
    nodes: [Permission!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }
`;
