export const doctorTypeDefs = /* GraphQL */ `
  enum FindingLevel {
    OK
    WARNING
    ERROR
  }

  "What is safe and mechanical to do about a finding."
  type DoctorMend @requires(role: SITE_ADMIN) {
    id: ID!
    "What it does, in a sentence."
    does: String!
  }

  type DoctorFinding @requires(role: SITE_ADMIN) {
    "The plugin whose check it is."
    plugin: String!
    check: String!
    level: FindingLevel!
    what: String!
    why: String
    "One of the table of error codes."
    code: String
    "What to do."
    fix: String
    mend: DoctorMend
  }

  enum DoctorMendOutcome {
    DONE
    "It is not offered any more: the trouble is gone, or another one."
    NOT_NEEDED
    FAILED
  }

  type DoctorMendReport @requires(role: SITE_ADMIN) {
    id: ID!
    "Null for one that is not needed."
    does: String
    outcome: DoctorMendOutcome!
    error: String
  }

  extend type Query {
    "Looks now at every part of the installation, the gravest findings first. It calls code hosts and other servers, and takes some seconds."
    doctor: [DoctorFinding!]! @requires(role: SITE_ADMIN)
  }

  extend type Mutation {
    "Looks again, and does of what is offered then what is named here, and nothing else. At most 100."
    applyMends(ids: [ID!]!): [DoctorMendReport!]! @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  }
`;
