/** Whoever gives roles knows what they can permit: contributed by the plugin to whose extension point others declare their permissions. */
export interface DeclaredPermissions {
  /** As they stand now. `name` is `NAMESPACE#ACTION`, `plugin` declares it. */
  list(): readonly { readonly plugin: string; readonly name: string }[];
}
