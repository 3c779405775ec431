import { type Clock, type Events, Secret, type Secrets, SextantError, type Storage } from '@sextant/sdk';
import {
  type CredentialRenewal,
  type ExternalAccount,
  type ExternalAccounts as ExternalAccountService,
  type ExternalCredential,
  type ExternalService,
  externalAccountsChanged,
} from './api.js';
import { ExternalAccountStore, type StoredExternalAccount } from './storage/external-account-store.js';

/** A token this close to its end is renewed before it is used. */
const RENEW_BEFORE = 60_000;

/** The accounts of users somewhere else. Their credentials are sealed, and given out only to whoever asks in the person's name. */
export class ExternalAccounts implements ExternalAccountService {
  readonly #store: ExternalAccountStore;

  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly renewal: () => CredentialRenewal | undefined,
  ) {
    this.#store = new ExternalAccountStore(db);
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
    const account = await this.#store.byId(accountId);
    const credential = account && this.#open(account);
    if (!credential || account.expiredAt) return undefined;
    if (!this.#ends(credential)) return credential.accessToken;
    return this.#renewed(accountId, signal);
  }

  async expire(accountId: number): Promise<void> {
    await this.db.transaction(async (tx) => {
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
          credential ? this.#seal(credential) : null,
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
    await this.db.transaction(async (tx) => {
      const rows = await tx.query<{ user_id: number }>('delete from external_accounts where id = $1 returning user_id', [id]);
      if (!rows[0])
        throw new SextantError('SEXTANT_EXTERNAL_ACCOUNT_NOT_FOUND', {
          what: 'The user has no such external account.',
          fix: 'Check the id; it may be unlinked already.',
        });
      await this.events.publish(externalAccountsChanged, { userId: rows[0].user_id }, { tx });
    });
  }

  /** Two processes must not both use a refresh token: the second use ends both. */
  async #renewed(accountId: number, signal: AbortSignal): Promise<Secret | undefined> {
    return this.db.transaction(async (tx) => {
      await tx.query('select 1 from external_accounts where id = $1 for update', [accountId]);
      const account = await new ExternalAccountStore(tx).byId(accountId);
      const credential = account && this.#open(account);
      if (!credential || account.expiredAt) return undefined;
      if (!this.#ends(credential)) return credential.accessToken;
      const renewed = account.providerId === undefined ? undefined : await this.#ask(account.providerId, credential, signal);
      if (!renewed) {
        await tx.query('update external_accounts set expired_at = $2, updated_at = $2 where id = $1', [accountId, this.clock.now()]);
        await this.events.publish(externalAccountsChanged, { userId: account.userId }, { tx });
        return undefined;
      }
      await tx.query('update external_accounts set sealed_credential = $2, credential_expires_at = $3 where id = $1', [
        accountId,
        this.#seal({ refreshToken: credential.refreshToken, ...renewed }),
        renewed.expiresAt ?? null,
      ]);
      return renewed.accessToken;
    });
  }

  /** Undefined when the person must sign in again; what fails otherwise is thrown, and the account stays as it is. */
  async #ask(providerId: string, credential: ExternalCredential, signal: AbortSignal): Promise<ExternalCredential | undefined> {
    const renewal = this.renewal();
    // That nobody here can renew it does not mean that the host would not.
    if (!renewal)
      throw new SextantError('SEXTANT_EXTERNAL_ACCOUNT_NOT_RENEWED', {
        what: 'The credential of an account somewhere else has expired.',
        why: 'No plugin in this process renews credentials.',
        fix: 'Let the plugin sign-in run in this process too.',
      });
    try {
      return await renewal.renew(providerId, credential, signal);
    } catch (error) {
      if (SextantError.is(error) && error.code === 'SEXTANT_SIGN_IN_REFUSED') return undefined;
      throw error;
    }
  }

  #ends({ expiresAt }: ExternalCredential): boolean {
    return expiresAt !== undefined && expiresAt.getTime() - this.clock.now().getTime() < RENEW_BEFORE;
  }

  #seal({ accessToken, refreshToken }: ExternalCredential): string {
    return this.secrets.seal(JSON.stringify([accessToken.reveal(), refreshToken?.reveal()]));
  }

  #open(account: StoredExternalAccount): ExternalCredential | undefined {
    if (account.sealedCredential === undefined) return undefined;
    const [accessToken, refreshToken] = JSON.parse(this.secrets.open(account.sealedCredential).reveal()) as [string, string?];
    return {
      accessToken: new Secret(accessToken),
      ...(refreshToken ? { refreshToken: new Secret(refreshToken) } : {}),
      ...(account.credentialExpiresAt ? { expiresAt: account.credentialExpiresAt } : {}),
    };
  }
}

const shown = ({ sealedCredential: _s, credentialExpiresAt: _e, ...account }: StoredExternalAccount): ExternalAccount => account;
