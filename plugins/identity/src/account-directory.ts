import type { AccessTokens } from './access-tokens.js';
import type { Accounts } from './accounts.js';
import type { AccountChange, AccountDirectory as AccountDirectoryService, NewAccount, User, UserEmail } from './api.js';
import type { Emails, NewEmail } from './emails.js';

/** What other plugins may do with accounts. */
export class AccountDirectory implements AccountDirectoryService {
  constructor(
    private readonly accounts: Accounts,
    private readonly addresses: Emails,
    private readonly tokens: Pick<AccessTokens, 'revokeAll'>,
  ) {}

  create = (account: NewAccount): Promise<User> => this.accounts.create(account);
  freeUsername = (wanted: string): Promise<string> => this.accounts.freeUsername(wanted);
  update = (userId: number, change: AccountChange): Promise<User> => this.accounts.update(userId, change);
  setSiteAdmin = (userId: number, siteAdmin: boolean): Promise<User> => this.accounts.setSiteAdmin(userId, siteAdmin);
  delete = (userId: number, options: { readonly hard: boolean }): Promise<void> => this.accounts.delete(userId, options);
  recover = (userId: number, username?: string): Promise<User> => this.accounts.recover(userId, username);
  standing = (): Promise<{ readonly users: number; readonly siteAdmins: number }> => this.accounts.standing();
  emails = (userIds: readonly number[]): Promise<readonly UserEmail[]> => this.addresses.ofUsers(userIds);
  byVerifiedEmails = (addresses: readonly string[]): Promise<ReadonlyMap<string, User>> => this.addresses.byVerified(addresses);
  addEmail = (userId: number, email: NewEmail): Promise<void> => this.addresses.add(userId, email);
  setEmailVerified = (userId: number, address: string, verified: boolean): Promise<void> =>
    this.addresses.setVerified(userId, address, verified);
  setPrimaryEmail = (userId: number, address: string): Promise<void> => this.addresses.setPrimary(userId, address);
  removeEmail = (userId: number, address: string): Promise<void> => this.addresses.remove(userId, address);
  revokeAccessTokens = (userId: number): Promise<number> => this.tokens.revokeAll(userId);
}
