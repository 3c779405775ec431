export const featureFlagTypeDefs = /* GraphQL */ `
  extend type Query {
    "All feature flags, by name."
    featureFlags: [FeatureFlag!] @requires(role: SITE_ADMIN)
    featureFlag(name: String!): FeatureFlag @requires(role: SITE_ADMIN)
    "All feature flags as they stand for the viewer."
    evaluatedFeatureFlags: [EvaluatedFeatureFlag!] @requires(role: USER)
    "Null for a flag that does not exist."
    evaluateFeatureFlag(flagName: String!): Boolean @requires(role: USER)
  }

  extend type Mutation {
    "Creates a flag with either a value or a rollout."
    createFeatureFlag(name: String!, value: Boolean, rolloutBasisPoints: Int): FeatureFlag @requires(role: SITE_ADMIN)
    "Gives a flag another value or rollout."
    updateFeatureFlag(name: String!, value: Boolean, rolloutBasisPoints: Int): FeatureFlag @requires(role: SITE_ADMIN)
    "Deletes a flag with its overrides."
    deleteFeatureFlag(name: String!): EmptyResponse @requires(role: SITE_ADMIN)
    "Sets a flag for one user or organisation, whose id is the namespace."
    createFeatureFlagOverride(namespace: ID!, flagName: String!, value: Boolean!): FeatureFlagOverride @requires(role: SITE_ADMIN)
    updateFeatureFlagOverride(id: ID!, value: Boolean!): FeatureFlagOverride @requires(role: SITE_ADMIN)
    deleteFeatureFlagOverride(id: ID!): EmptyResponse @requires(role: SITE_ADMIN)
  }

  union FeatureFlag = FeatureFlagBoolean | FeatureFlagRollout

  "A flag that is on or off for everybody."
  type FeatureFlagBoolean {
    name: String!
    value: Boolean!
    overrides: [FeatureFlagOverride!]!
    createdAt: DateTime!
    updatedAt: DateTime!
  }

  "A flag that is on for a part of all people."
  type FeatureFlagRollout {
    name: String!
    "Hundredths of a percent, 0 to 10000."
    rolloutBasisPoints: Int!
    overrides: [FeatureFlagOverride!]!
    createdAt: DateTime!
    updatedAt: DateTime!
  }

  "A flag's value for one user or organisation, which counts before the flag's own."
  type FeatureFlagOverride {
    id: ID!
    "The id of the user or organisation."
    namespaceID: ID!
    user: User
    targetFlag: FeatureFlag
    value: Boolean!
  }

  type EvaluatedFeatureFlag {
    name: String!
    value: Boolean!
  }
`;
