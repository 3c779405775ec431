import { extensionPoint, serviceToken, type Tx } from '@sextant/sdk';
import type { User } from './users.js';

export interface NewAccount {
  readonly username: string;
  readonly displayName?: string;
  readonly avatarUrl?: string;
  readonly siteAdmin?: boolean;
  /** The first is the primary one. A proved address that somebody else has proved is refused; one that is not proved may be claimed by several. */
  readonly emails?: readonly { readonly address: string; readonly verified: boolean }[];
}

export interface AccountChange {
  readonly username?: string;
  /** Null or empty removes it. */
  readonly displayName?: string | null;
  readonly avatarUrl?: string | null;
}

export interface UserEmail {
  readonly userId: number;
  readonly address: string;
  readonly verified: boolean;
  readonly primary: boolean;
}

/**
 * Makes and changes accounts, for the plugins by which people come: sign-in, provisioning. Every change is announced with `identity.user-changed@1` once it is
 * durable.
 */
export interface AccountDirectory {
  /** @throws SEXTANT_USER_NAME_INVALID, _NAME_TAKEN, _EMAIL_INVALID, _EMAIL_TAKEN. */
  create(account: NewAccount): Promise<User>;
  /** A name that is free and can be one, made of what somewhere else is a name: characters that cannot be become `-`; a number is added to one that is taken. */
  freeUsername(wanted: string): Promise<string>;
  /** @throws SEXTANT_USER_NOT_FOUND and those of `create`. */
  update(userId: number, change: AccountChange): Promise<User>;
  /** @throws SEXTANT_USER_PROTECTED for the last site admin and the local one. */
  setSiteAdmin(userId: number, siteAdmin: boolean): Promise<User>;
  /** Makes everything void by which the user came in, at once. `hard` forgets the person. @throws SEXTANT_USER_PROTECTED. */
  delete(userId: number, options: { readonly hard: boolean }): Promise<void>;
  /**
   * Brings back one that was deleted and not forgotten, without its addresses.
   * @param username another one, for when that which it had is taken. @throws SEXTANT_USER_NOT_FOUND, _NAME_INVALID, _NAME_TAKEN.
   */
  recover(userId: number, username?: string): Promise<User>;
  /** Users that are not deleted and no service account, and whether one of them is a site admin. */
  standing(): Promise<{ readonly users: number; readonly siteAdmins: number }>;
  emails(userIds: readonly number[]): Promise<readonly UserEmail[]>;
  /** By addresses that their owners have proved; keys are lower case. */
  byVerifiedEmails(addresses: readonly string[]): Promise<ReadonlyMap<string, User>>;
  /** @throws SEXTANT_USER_EMAIL_INVALID, _EMAIL_TAKEN. */
  addEmail(userId: number, email: { readonly address: string; readonly verified: boolean }): Promise<void>;
  /** @throws SEXTANT_USER_EMAIL_UNKNOWN, _EMAIL_TAKEN. */
  setEmailVerified(userId: number, address: string, verified: boolean): Promise<void>;
  setPrimaryEmail(userId: number, address: string): Promise<void>;
  removeEmail(userId: number, address: string): Promise<void>;
  /** All that stand for the user, at once. @returns how many there were. */
  revokeAccessTokens(userId: number): Promise<number>;
  /**
   * Makes void by what the user came in, and what programs may do in their name, but for access tokens: `credentialGeneration` becomes another one, and
   * `identity.credentials-revoked@1` is told. @returns the generation from now on. @throws SEXTANT_USER_NOT_FOUND.
   */
  revokeCredentials(userId: number): Promise<number>;
  /** The same in a transaction that is open, of the database `main`: what is done is there if that commits, with the change that it belongs to. */
  within(tx: Tx): AccountDirectory;
}
export const accounts = serviceToken<AccountDirectory>('identity.accounts@1');

/** Knows people who may not come in as somebody new: whose accounts a directory has ended, say. Asked before whoever signs in or up is made a user. */
export interface NewcomerGate {
  /** Why not, in words for the person. Undefined: nothing is against it. */
  refusal(newcomer: { readonly addresses: readonly string[] }): Promise<string | undefined>;
}
export const newcomerGates = extensionPoint<NewcomerGate>('identity.newcomer-gates@1');
