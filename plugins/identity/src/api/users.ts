import { serviceToken } from '@sextant/sdk';

/**
 * A person's account. Ids are stable int32 and never reused.
 * This is also what GraphQL's `User` is resolved from: a field of another plugin that is a `User` returns one of these.
 */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly displayName: string | undefined;
  readonly siteAdmin: boolean;
  /** No person: it signs in nowhere and has tokens only. */
  readonly serviceAccount: boolean;
  /** A service account that sees every repository, because a site admin said so. */
  readonly bypassesRepositoryPermissions?: boolean;
  /**
   * How often all by which the user came in was made void. Whoever hands out a credential keeps this number with it, as it was before the person proved who
   * they are, and gives it to `actorOf` at each use: so that a revocation holds whoever has not heard of it.
   */
  readonly credentialGeneration: number;
  readonly avatarUrl: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Accurate to a few minutes. */
  readonly lastActiveAt: Date | undefined;
}

/** Accounts that are not deleted. */
export interface Users {
  byId(id: number): Promise<User | undefined>;
  byIds(ids: readonly number[]): Promise<ReadonlyMap<number, User>>;
  /** In any case of letters. */
  byUsername(username: string): Promise<User | undefined>;
  /** All of them, by id, in pages. */
  page(page: { readonly limit: number; readonly afterId: number }): Promise<readonly User[]>;
  /** Of those who are service accounts, or are not. */
  count(filter: { readonly serviceAccount: boolean }): Promise<number>;
}

export const users = serviceToken<Users>('identity.users@1');
