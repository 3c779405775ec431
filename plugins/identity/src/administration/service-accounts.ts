import type { Clock, Events, Storage } from '@sextant/sdk';
import { type Accounts, type Alongside, userNotFound } from '../accounts/accounts.js';
import { type User, userChanged } from '../api.js';
import { UserStore } from '../storage/user-store.js';

/** Accounts of programs: they sign in nowhere, have tokens that site admins make, and may see all repositories where a site admin says so. */
export class ServiceAccounts {
  constructor(
    private readonly db: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly accounts: Accounts,
  ) {}

  /** @throws SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN. */
  async create(
    account: {
      readonly username: string;
      readonly displayName: string | undefined;
      readonly bypassesRepositoryPermissions: boolean;
    },
    alongside: Alongside<User>,
  ): Promise<User> {
    return this.db.transaction(async (tx) => {
      const { id } = await this.accounts.insert(tx, { username: account.username, displayName: account.displayName });
      await tx.query('update users set service_account = true, bypasses_repository_permissions = $2 where id = $1', [
        id,
        account.bypassesRepositoryPermissions,
      ]);
      const made = await this.accounts.locked(tx, id);
      await alongside(tx, made);
      return made;
    });
  }

  /** @throws SEXTANT_USER_NOT_FOUND for a person. */
  async setBypass(id: number, bypasses: boolean, alongside: Alongside<User>): Promise<User> {
    return this.db.transaction(async (tx) => {
      const user = await this.accounts.locked(tx, id);
      if (!user.serviceAccount) throw userNotFound();
      await tx.query('update users set bypasses_repository_permissions = $2, updated_at = $3 where id = $1', [
        id,
        bypasses,
        this.clock.now(),
      ]);
      await alongside(tx, user);
      await this.events.publish(userChanged, { userId: id }, { tx });
      return (await new UserStore(tx).byId(id)) as User;
    });
  }
}
