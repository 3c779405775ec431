import { type Clock, type Events, type Secret, type Secrets, SextantError, type Storage, type Tx } from '@sextant/sdk';
import {
  type CredentialRenewal,
  type ExternalAccount,
  type ExternalAccounts as ExternalAccountService,
  type ExternalService,
  externalAccountsChanged,
} from '../api.js';
import type { UserGroups } from '../groups/user-groups.js';
import { ExternalAccountStore, type StoredExternalAccount } from '../storage/external-account-store.js';
import { GroupStore } from '../storage/group-store.js';
import { RenewedCredentials } from './renewed-credentials.js';

/** The accounts of users somewhere else. Their credentials are sealed, and given out only to whoever asks in the person's name. */
export class ExternalAccounts implements ExternalAccountService {
  readonly #store: ExternalAccountStore;
  readonly #credentials: RenewedCredentials;

  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly groups: UserGroups,
    private readonly renewal: () => CredentialRenewal | undefined,
  ) {
    this.#store = new ExternalAccountStore(db);
    this.#credentials = new RenewedCredentials(db, secrets, events, clock, renewal);
  }

  within(tx: Tx): ExternalAccounts {
    return new ExternalAccounts(this.db.within(tx), this.secrets, this.events, this.clock, this.groups.within(tx), this.renewal);
  }

  async ofUser(userId: number): Promise<readonly ExternalAccount[]> {
    return (await this.#store.ofUser(userId)).map(shown);
  }

  async byAccountIds(service: ExternalService, accountIds: readonly string[]): Promise<ReadonlyMap<string, ExternalAccount>> {
    if (accountIds.length === 0) return new Map();
    return new Map((await this.#store.byAccountIds(service, accountIds)).map((account) => [account.accountId, shown(account)]));
  }

  async at(service: ExternalService, page: { readonly limit: number; readonly afterId?: number }): Promise<readonly ExternalAccount[]> {
    return (await this.#store.at(service, page.limit, page.afterId ?? 0)).map(shown);
  }

  async credential(accountId: number, signal: AbortSignal): Promise<Secret | undefined> {
    return this.#credentials.current(accountId, signal);
  }

  async expire(accountId: number, refused: Secret): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query('select 1 from external_accounts where id = $1 for update', [accountId]);
      const account = await new ExternalAccountStore(tx).byId(accountId);
      if (!account || this.#credentials.open(account)?.accessToken.reveal() !== refused.reveal()) return;
      const rows = await tx.query<{ user_id: number }>(
        'update external_accounts set expired_at = $2, updated_at = $2 where id = $1 and expired_at is null returning user_id',
        [accountId, this.clock.now()],
      );
      if (rows[0]) await this.events.publish(externalAccountsChanged, { userId: rows[0].user_id }, { tx });
    });
  }

  async link(userId: number, account: Parameters<ExternalAccountService['link']>[1]): Promise<ExternalAccount> {
    const now = this.clock.now();
    return this.db.transaction(async (tx) => {
      // Holds the user, so that one who is deleted meanwhile gets no account any more.
      const user = await tx.query('select 1 from users where id = $1 and deleted_at is null and not service_account for update', [userId]);
      if (user.length === 0)
        throw new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Check the user name or id.' });
      const { service, credential } = account;
      // An account of a user who was deleted may be linked anew; that of another user may not.
      const rows = await tx.query<{ id: number }>(
        `insert into external_accounts as a (user_id, service_type, service_id, account_id, provider_id, username, display_name, sealed_credential, credential_expires_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
         on conflict (service_type, service_id, account_id) do update set
           user_id = $1, provider_id = $5, username = $6, display_name = $7, updated_at = $10, expired_at = null,
           sealed_credential = coalesce($8, a.sealed_credential),
           renewal = case when $8::text is null then a.renewal end, renewal_ends_at = case when $8::text is null then a.renewal_ends_at end,
           credential_expires_at = case when $8::text is null then a.credential_expires_at else $9 end
         where a.user_id = $1 or exists (select 1 from users u where u.id = a.user_id and u.deleted_at is not null)
         returning a.id`,
        [
          userId,
          service.type,
          service.id,
          account.accountId,
          account.providerId ?? null,
          account.username,
          account.displayName ?? null,
          credential ? this.#credentials.seal(credential) : null,
          credential?.expiresAt ?? null,
          now,
        ],
      );
      if (!rows[0]) {
        throw new SextantError('SEXTANT_EXTERNAL_ACCOUNT_TAKEN', {
          what: `The account "${account.username}" at ${service.id} belongs to another user.`,
          fix: 'Sign in as that user, or unlink the account there first.',
        });
      }
      await this.events.publish(externalAccountsChanged, { userId }, { tx });
      return shown((await new ExternalAccountStore(tx).byId(rows[0].id)) as StoredExternalAccount);
    });
  }

  async unlink(id: number): Promise<void> {
    await this.groups.apply(async (tx) => {
      const userId = (await new ExternalAccountStore(tx).byId(id))?.userId;
      await tx.query('select 1 from users where id = $1 for update', [userId ?? null]);
      const rows = await tx.query<{ user_id: number }>('delete from external_accounts where id = $1 returning user_id', [id]);
      if (!rows[0])
        throw new SextantError('SEXTANT_EXTERNAL_ACCOUNT_NOT_FOUND', {
          what: 'The user has no such external account.',
          fix: 'Check the id; it may be unlinked already.',
        });
      // Nobody would tell of them any more, and what they give would stay for good.
      await new GroupStore(tx).forgetUnlinked(rows[0].user_id);
      await this.events.publish(externalAccountsChanged, { userId: rows[0].user_id }, { tx });
      return [rows[0].user_id];
    });
  }
}

const shown = ({ sealedCredential: _s, credentialExpiresAt: _e, ...account }: StoredExternalAccount): ExternalAccount => account;
