/** Bounds of a time, as GraphQL's `SiteUsersDateInput`. */
export interface SiteUsersTime {
  readonly empty?: boolean | null;
  readonly gte?: Date | null;
  readonly lte?: Date | null;
}

/** What GraphQL's `SiteUsers` is resolved from: the plugin that owns `Site` has the field, and hands over its arguments. */
export interface SiteUsersArguments {
  readonly query?: string | null;
  readonly siteAdmin?: boolean | null;
  readonly createdAt?: SiteUsersTime | null;
  readonly lastActiveAt?: SiteUsersTime | null;
  readonly deletedAt?: SiteUsersTime | null;
}
