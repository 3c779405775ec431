import { serviceToken, type Tx } from '@sextant/sdk';

/** What a group of people gives to who is in it. Names that are nobody's give nothing until there is somebody. */
export interface GroupRule {
  /** As the source names it. */
  readonly group: string;
  readonly roles?: readonly string[];
  readonly teams?: readonly string[];
  readonly organizations?: readonly string[];
  readonly siteAdmin?: boolean;
}

/**
 * The groups that users are in elsewhere, and what they give here: roles, teams, organisations, the rights of a site admin. What a group gave goes when the
 * group goes, or no longer gives it; what a person gave stays.
 */
export interface UserGroups {
  /** All groups of the user as this source tells them: `provider:<entry id>`, such as the sign-in plugin tells; `scim` are those of {@link DirectoryGroups}. */
  set(userId: number, source: string, groups: readonly string[]): Promise<void>;
  /** What the groups of a source give, besides what `plugins.identity.groups` says of them. Replaces what was said before; takes effect soon, in a job. */
  setRules(source: string, rules: readonly GroupRule[]): Promise<void>;
  /** The source is no more: its groups go, and with them, soon, what they gave. */
  forget(source: string): Promise<void>;
  ofUser(userId: number): Promise<readonly { readonly source: string; readonly group: string }[]>;
  /** The same in a transaction that is open, of the database `main`. */
  within(tx: Tx): Pick<UserGroups, 'set'>;
}
export const userGroups = serviceToken<UserGroups>('identity.user-groups@1');

/** A group with members, as a directory provisions it. */
export interface DirectoryGroup {
  readonly id: number;
  readonly name: string;
  /** The directory's own id of it. */
  readonly externalId: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Groups that a directory keeps here, by SCIM. Their members have what the rules of the source `scim` give, from the commit of the change on. */
export interface DirectoryGroups {
  /** @throws SEXTANT_GROUP_INVALID, SEXTANT_GROUP_NAME_TAKEN. */
  create(group: { readonly name: string; readonly externalId?: string; readonly memberIds?: readonly number[] }): Promise<DirectoryGroup>;
  byId(id: number): Promise<DirectoryGroup | undefined>;
  /** In any case of letters. */
  byName(name: string): Promise<DirectoryGroup | undefined>;
  byExternalId(externalId: string): Promise<DirectoryGroup | undefined>;
  /** By id. */
  list(page: { readonly limit: number; readonly afterId?: number; readonly offset?: number }): Promise<readonly DirectoryGroup[]>;
  count(): Promise<number>;
  /** Ids of users that are not deleted, ascending. */
  members(groupIds: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>>;
  ofUsers(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly DirectoryGroup[]>>;
  /** @throws SEXTANT_GROUP_NOT_FOUND, SEXTANT_GROUP_INVALID, SEXTANT_GROUP_NAME_TAKEN. */
  update(id: number, change: { readonly name?: string; readonly externalId?: string | null }): Promise<DirectoryGroup>;
  /** Ids of nobody are left out. @throws SEXTANT_GROUP_NOT_FOUND. */
  setMembers(id: number, userIds: readonly number[]): Promise<void>;
  /** @throws SEXTANT_GROUP_NOT_FOUND. */
  changeMembers(id: number, change: { readonly add: readonly number[]; readonly remove: readonly number[] }): Promise<void>;
  /** @throws SEXTANT_GROUP_NOT_FOUND. */
  delete(id: number): Promise<void>;
}
export const directoryGroups = serviceToken<DirectoryGroups>('identity.directory-groups@1');
