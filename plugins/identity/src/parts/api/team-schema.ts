export const teamTypeDefs = /* GraphQL */ `
  extend type Query {
    "A team by name."
    team(name: String!): Team @requires(role: USER)
    "Teams without a parent, by id; with \`search\` all whose names match."
    teams(first: Int, after: String, search: String): TeamConnection @requires(role: USER)
  }

  extend type Mutation {
    "Makes a team; who makes it and is no site admin is its first member. Site admins make readonly ones. A parent is for who administers it."
    createTeam(name: String!, displayName: String, readonly: Boolean = false, parentTeam: ID, parentTeamName: String): Team
      @requires(role: USER)
    "Of the team with the id or name. An empty display name removes it; makeRoot takes it out of its parent. For who administers it."
    updateTeam(id: ID, name: String, displayName: String, parentTeam: ID, parentTeamName: String, makeRoot: Boolean): Team
      @requires(role: USER)
    "Moves the team, with all below it; without a parent it has none any more. For who administers both."
    changeParentTeam(team: ID, teamName: String, parentTeam: ID, parentTeamName: String): Team @requires(role: USER)
    "For who administers it. One with teams below it stays."
    deleteTeam(id: ID, name: String): EmptyResponse @requires(role: USER)
    "Members that match no user are an error, or are skipped. For who administers the team, as are the two below."
    addTeamMembers(team: ID, teamName: String, members: [TeamMemberInput!]!, skipUnmatchedMembers: Boolean = false): Team
      @requires(role: USER)
    "All members that a person has added; those by groups stay."
    setTeamMembers(team: ID, teamName: String, members: [TeamMemberInput!]!, skipUnmatchedMembers: Boolean = false): Team
      @requires(role: USER)
    removeTeamMembers(team: ID, teamName: String, members: [TeamMemberInput!]!, skipUnmatchedMembers: Boolean = false): Team
      @requires(role: USER)
  }

  """
  Names a user by one of these, or by several that must agree. An address must be proved. By address or by an account elsewhere only site admins can name others
  than themselves.
  """
  input TeamMemberInput {
    userID: ID
    username: String
    email: String
    externalAccountServiceID: String
    externalAccountServiceType: String
    externalAccountAccountID: String
    externalAccountLogin: String
  }

  "Who can be in a team."
  interface TeamMember {
    "By id."
    teams(first: Int, after: String, search: String): TeamConnection
  }

  "People who work together. Teams form trees, and share their names with users and organisations."
  type Team implements Node @requires(role: USER) {
    id: ID!
    name: String!
    displayName: String
    "The path of the team's page."
    url: String!
    "Only site admins change it."
    readonly: Boolean!
    createdAt: DateTime!
    creator: User
    parentTeam: Team
    "The parent first, then its parent, up to the root."
    ancestorTeams: TeamConnection!
    childTeams(first: Int, after: String, search: String): TeamConnection
    "Its own, by id. \`search\` matches names."
    members(first: Int, after: String, search: String): TeamMemberConnection
    viewerCanAdminister: Boolean!
  }

  type TeamConnection {
    nodes: [Team!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }

  type TeamMemberConnection {
    nodes: [TeamMember!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }
`;
