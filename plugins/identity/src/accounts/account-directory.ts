import type { Clock, Events, Storage, Tx } from '@sextant/sdk';
import { AccessTokens } from '../access-tokens/access-tokens.js';
import type { AccessTokenPolicy, AccountChange, AccountDirectory as AccountDirectoryService, NewAccount, User, UserEmail } from '../api.js';
import type { Accounts } from './accounts.js';
import { Emails, type NewEmail } from './emails.js';

interface Parts {
  readonly db: Storage;
  readonly accounts: Accounts;
  readonly events: Events;
  readonly clock: Clock;
  readonly tokenPolicy: () => Promise<AccessTokenPolicy>;
  /** Addresses that a person may add before they are proved. */
  readonly unprovedEmails: () => number;
}

/** What other plugins may do with accounts. */
export class AccountDirectory implements AccountDirectoryService {
  readonly #accounts: Accounts;
  readonly #addresses: Emails;
  readonly #tokens: AccessTokens;

  constructor(private readonly parts: Parts) {
    const { db, accounts, events, clock, tokenPolicy, unprovedEmails } = parts;
    this.#accounts = accounts;
    this.#addresses = new Emails(db, events, clock, unprovedEmails);
    this.#tokens = new AccessTokens(db, clock, tokenPolicy);
  }

  within(tx: Tx): AccountDirectory {
    const { db, accounts } = this.parts;
    return new AccountDirectory({ ...this.parts, db: db.within(tx), accounts: accounts.within(tx) });
  }

  create = (account: NewAccount): Promise<User> => this.#accounts.create(account);
  freeUsername = (wanted: string): Promise<string> => this.#accounts.freeUsername(wanted);
  update = (userId: number, change: AccountChange): Promise<User> => this.#accounts.update(userId, change);
  setSiteAdmin = (userId: number, siteAdmin: boolean): Promise<User> => this.#accounts.setSiteAdmin(userId, siteAdmin);
  delete = (userId: number, options: { readonly hard: boolean }): Promise<void> => this.#accounts.delete(userId, options);
  recover = (userId: number, username?: string): Promise<User> => this.#accounts.recover(userId, username);
  standing = (): Promise<{ readonly users: number; readonly siteAdmins: number }> => this.#accounts.standing();
  emails = (userIds: readonly number[]): Promise<readonly UserEmail[]> => this.#addresses.ofUsers(userIds);
  byVerifiedEmails = (addresses: readonly string[]): Promise<ReadonlyMap<string, User>> => this.#addresses.byVerified(addresses);
  addEmail = (userId: number, email: NewEmail): Promise<void> => this.#addresses.add(userId, email);
  setEmailVerified = (userId: number, address: string, verified: boolean): Promise<void> =>
    this.#addresses.setVerified(userId, address, verified);
  setPrimaryEmail = (userId: number, address: string): Promise<void> => this.#addresses.setPrimary(userId, address);
  removeEmail = (userId: number, address: string): Promise<void> => this.#addresses.remove(userId, address);
  revokeAccessTokens = (userId: number): Promise<number> => this.#tokens.revokeAll(userId);
  revokeCredentials = (userId: number): Promise<number> => this.#accounts.revokeCredentials(userId);
}
