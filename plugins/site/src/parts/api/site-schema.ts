export const siteTypeDefs = /* GraphQL */ `
  extend type Query {
    "This installation."
    site: Site @requires(role: PUBLIC)
  }

  extend type Mutation {
    """
    Saves the site configuration on top of the version lastID. Secrets that were redacted when it was read may be sent back
    so. True when a restart is needed before it takes effect.
    """
    updateSiteConfiguration(lastID: Int!, input: String!): Boolean @requires(role: SITE_ADMIN) @requiresRecentSignIn(tokens: true)
  }

  "One installation of Sextant."
  type Site implements Node & SettingsSubject @requires(role: PUBLIC) {
    id: ID!
    "Tells this installation from others."
    siteID: String!
    "The version whose API this one speaks, for clients that compare."
    productVersion: String!
    "That version, with the one of the program itself."
    buildVersion: String!
    "Where people reach Sextant."
    externalURL: String!
    configuration: SiteConfiguration @requires(role: SITE_ADMIN)
    "The path of the page of the site's settings."
    settingsURL: String
    "The site's settings may be edited here; false while a file declares them."
    allowSiteSettingsEdits: Boolean!
    "The site configuration may be edited here; false while a file declares it."
    allowSiteConfigurationEdits: Boolean!
    viewerCanAdminister: Boolean!
    "The code intelligence plugin is active."
    hasCodeIntelligence: Boolean!
    "No connection to a code host is set up. Null for who is not signed in, and where nothing gives repositories."
    needsRepositoryConfiguration: Boolean
    "Always null: alerts of a monitoring system are not kept. What is known here stands in alerts."
    monitoringStatistics(days: Int): MonitoringStatistics @requires(role: SITE_ADMIN)
    "Sextant needs no licence: no number of users and no time is set."
    productSubscription: ProductSubscriptionStatus @requires(role: USER)
    "What the viewer should be told, the gravest first."
    alerts: [Alert!]!
    accessTokensAllow: AccessTokensAllow!
    accessTokensAllowNoExpiration: Boolean!
    "Days that are offered when a token is created."
    accessTokensExpirationDaysOptions: [Int!]!
    accessTokensDefaultExpirationDays: Int!
    latestSettings: Settings
    settingsCascade: SettingsCascade
    "The people of the site, those too that are deleted and not forgotten. \`query\` matches names and addresses."
    users(
      query: String
      siteAdmin: Boolean
      createdAt: SiteUsersDateInput
      lastActiveAt: SiteUsersDateInput
      deletedAt: SiteUsersDateInput
    ): SiteUsers @requires(role: SITE_ADMIN)
  }

  enum AccessTokensAllow {
    ALL_USERS_CREATE
    SITE_ADMIN_CREATE
    NONE
  }

  type MonitoringStatistics @requires(role: SITE_ADMIN) {
    alerts: [MonitoringAlert!]!
  }

  type MonitoringAlert @requires(role: SITE_ADMIN) {
    timestamp: DateTime!
    name: String!
    serviceName: String!
    owner: String!
    average: Float!
  }

  type ProductSubscriptionStatus {
    productNameWithBrand: String!
    "The number of people who have an account. For site admins; null for others."
    actualUserCount: Int
    "Always null: the number is counted when it is asked for."
    actualUserCountDate: String
    "Always null: unlimited."
    maximumAllowedUserCount: Int
    "Always null: unlimited."
    noLicenseWarningUserCount: Int
    "Always null: there is none, and none is needed."
    license: ProductLicenseInfo
  }

  type ProductLicenseInfo {
    productNameWithBrand: String!
    tags: [String!]!
    userCount: Int!
    expiresAt: String!
  }

  enum AlertType {
    INFO
    WARNING
    ERROR
  }

  type Alert {
    type: AlertType!
    "Markdown."
    message: String!
    "Clients remember under this key that a person hid the alert; null: it cannot be hidden."
    isDismissibleWithKey: String
  }

  "The configuration of the site, as data in the database. Secrets in it are redacted."
  type SiteConfiguration @requires(role: SITE_ADMIN) {
    "The version; 0 before anything was saved."
    id: Int!
    effectiveContents: JSONCString!
    "What is wrong with it, with positions; empty when all is well."
    validationMessages: [String!]!
    "Saved versions, newest first."
    history(first: Int, after: String): SiteConfigurationChangeConnection
  }

  type SiteConfigurationChange @requires(role: SITE_ADMIN) {
    id: Int!
    "Null when a file declared it or the user is gone."
    author: User
    createdAt: DateTime!
    "A unified diff from the version before; secrets are redacted on both sides."
    diff: String!
    redactedContents: JSONCString!
  }

  type SiteConfigurationChangeConnection @requires(role: SITE_ADMIN) {
    nodes: [SiteConfigurationChange!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }
`;
