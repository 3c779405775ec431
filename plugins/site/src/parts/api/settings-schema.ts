export const settingsTypeDefs = /* GraphQL */ `
  extend type Query {
    "The settings in force for the viewer, and where they come from."
    viewerSettings: SettingsCascade @requires(role: USER)
    "A subject of settings; null when it is not there or not yours to see."
    settingsSubject(id: ID!): SettingsSubject @requires(role: USER)
  }

  extend type Mutation {
    "Changes the settings of a subject, on top of the version lastID."
    settingsMutation(input: SettingsMutationGroupInput!): SettingsMutation @requires(role: USER)
  }

  extend type User implements SettingsSubject {
    "For the user and site admins."
    latestSettings: Settings
    "For the user and site admins."
    settingsCascade: SettingsCascade
  }

  extend type Org implements SettingsSubject {
    "For members and site admins."
    latestSettings: Settings
    "For members and site admins."
    settingsCascade: SettingsCascade
  }

  "Whoever has settings: the program's defaults, the site, an organisation, a user."
  interface SettingsSubject {
    id: ID!
    "The latest version; null while there are none."
    latestSettings: Settings
    "The path of the page of the settings; null for who may not change them."
    settingsURL: String
    viewerCanAdminister: Boolean!
    "The settings in force for this subject."
    settingsCascade: SettingsCascade
  }

  "The settings that come with the program."
  type DefaultSettings implements SettingsSubject {
    id: ID!
    latestSettings: Settings
    settingsURL: String
    viewerCanAdminister: Boolean!
    settingsCascade: SettingsCascade
  }

  "One saved version of a subject's settings."
  type Settings {
    id: Int!
    contents: JSONCString!
    "Null when the program or a file wrote it, or the user is gone."
    author: User
    createdAt: DateTime!
    subject: SettingsSubject
    "The versions before this one, newest first."
    previous(first: Int): [Settings!]
  }

  "Settings of several subjects, merged."
  type SettingsCascade {
    "The farthest first."
    subjects: [SettingsSubject!]!
    "The merged settings, as JSON."
    final: JSONCString!
  }

  input SettingsMutationGroupInput {
    subject: ID!
    "The version that the change was made on; null when there was none."
    lastID: Int
  }

  "Changes of one subject's settings. Each is a version of its own; after the first, lastID is the one before."
  type SettingsMutation {
    "Sets or removes one value. Comments and layout elsewhere stay."
    editSettings(edit: SettingsEdit!): UpdateSettingsPayload
    "Replaces the whole text."
    overwriteSettings(contents: String!): UpdateSettingsPayload
  }

  input SettingsEdit {
    "The way to the value, from the top; empty for the whole."
    keyPath: [KeyPathSegment!]!
    "Null removes what is there."
    value: JSONValue
    "The value is a text that holds JSON with comments."
    valueIsJSONCEncodedString: Boolean = false
  }

  "Exactly one of the two."
  input KeyPathSegment {
    "A key of an object."
    property: String
    "A place in a list; -1 is behind its end."
    index: Int
  }

  type UpdateSettingsPayload {
    empty: EmptyResponse
  }
`;
