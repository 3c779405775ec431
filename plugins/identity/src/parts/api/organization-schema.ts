export const organizationTypeDefs = /* GraphQL */ `
  extend type Query {
    "An organisation by name; null when it is not there, or the viewer is neither a member nor a site admin."
    organization(name: String!): Org @requires(role: USER)
    "Those that the viewer is a member of, by id; all of them for site admins. \`query\` matches names."
    organizations(first: Int, after: String, query: String): OrgConnection @requires(role: USER)
    "The invitation whose link the viewer was sent; null when it is answered, revoked, expired or somebody else's."
    invitationByToken(token: String!): OrganizationInvitation @requires(role: USER)
  }

  extend type Mutation {
    "Makes an organisation, whose first member and owner is who makes it."
    createOrganization(name: String!, displayName: String): Org @requires(role: USER)
    "For who administers it. An empty display name removes it."
    updateOrganization(id: ID!, displayName: String): Org @requires(role: USER)
    "For its owners and site admins. Its name is free again."
    deleteOrganization(organization: ID!): EmptyResponse @requires(role: USER)
    "Makes the user a member at once. Members invite people instead."
    addUserToOrganization(organization: ID!, username: String!): EmptyResponse @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
    "For its owners, site admins, and the user. The last owner stays, unless a site admin does it."
    removeUserFromOrg(orgID: ID!, userID: ID!): EmptyResponse @requires(role: USER)
    "As removeUserFromOrg."
    removeUserFromOrganization(organization: ID!, user: ID!): EmptyResponse @requires(role: USER)
    "Owners remove others, make owners and delete the organisation. For its owners and site admins; the last owner stays, unless a site admin does it."
    setOrganizationOwner(organization: ID!, user: ID!, owner: Boolean!): EmptyResponse @requires(role: USER)
    "Invites a user by name, or anybody by an address. For who administers it. An unanswered invitation of the same person is replaced."
    inviteUserToOrganization(organization: ID!, username: String, email: String): InviteUserToOrganizationResult @requires(role: USER)
    "Accepts or declines an invitation of the viewer's."
    respondToOrganizationInvitation(organizationInvitation: ID!, responseType: OrganizationInvitationResponseType!): EmptyResponse
      @requires(role: USER)
    "For who administers the organisation."
    revokeOrganizationInvitation(organizationInvitation: ID!): EmptyResponse @requires(role: USER)
  }

  "An organisation: a group of people with settings of its own."
  type Org implements Node @requires(role: USER) {
    id: ID!
    name: String!
    displayName: String
    "The path of the organisation's page."
    url: String!
    "The path of its settings page; null for who may not change them."
    settingsURL: String
    createdAt: DateTime!
    "By id. \`query\` matches names. For members and site admins; null for others."
    members(first: Int, after: String, query: String): UserConnection
    "Unanswered ones. For who administers it; null for others."
    invitations(first: Int, after: String): OrganizationInvitationConnection
    "For who administers it: every member or its owners, as the site has it, and site admins."
    viewerCanAdminister: Boolean!
    "Whoever owns it, the first owner first. For members and site admins; null for others."
    owners: [User!]
    viewerIsOwner: Boolean!
    viewerIsMember: Boolean!
    viewerPendingInvitation: OrganizationInvitation
  }

  type OrgConnection {
    nodes: [Org!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  "Asks somebody to join an organisation."
  type OrganizationInvitation implements Node @requires(role: USER) {
    id: ID!
    organization: Org!
    sender: User
    recipient: User
    recipientEmail: String
    createdAt: DateTime!
    "When a mail about it was sent."
    notifiedAt: DateTime
    expiresAt: DateTime!
  }

  type OrganizationInvitationConnection {
    nodes: [OrganizationInvitation!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type InviteUserToOrganizationResult {
    "A mail is on its way."
    sentInvitationEmail: Boolean!
    "Where the person answers it; to be passed on when no mail was sent. It is not shown again."
    invitationURL: String!
  }

  enum OrganizationInvitationResponseType {
    ACCEPT
    REJECT
  }
`;
