import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, type Events, Secret, type Secrets, SextantError, type Storage } from '@sextant/sdk';
import { type CredentialRenewal, type ExternalCredential, externalAccountsChanged } from '../api.js';
import { ExternalAccountStore, type StoredExternalAccount } from '../storage/external-account-store.js';

/** A token this close to its end is renewed before it is used, in milliseconds as all of these. */
const RENEW_BEFORE = 60_000;
/** How long a renewal is one process's, should that be killed; and how long it waits for the provider, which must be less. */
const LEASE = 30_000;
const ANSWER_WITHIN = 25_000;
/** How often it is looked whether another process is through. */
const LOOK_AGAIN = 100;

/**
 * The credentials of accounts somewhere else, renewed when they end. A refresh token is good once, and its second use ends both: so of all who ask at the
 * same moment, in whatever process, one renews, and holds no connection to the database while the provider takes its time.
 */
export class RenewedCredentials {
  readonly #store: ExternalAccountStore;
  readonly #renewing = new Map<number, Promise<Secret | undefined>>();

  constructor(
    private readonly db: Storage,
    private readonly secrets: Secrets,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly renewal: () => CredentialRenewal | undefined,
  ) {
    this.#store = new ExternalAccountStore(db);
  }

  /** Undefined: there is none, or the person must sign in again. */
  async current(accountId: number, signal: AbortSignal): Promise<Secret | undefined> {
    signal.throwIfAborted();
    const found = await this.#found(accountId);
    if (!found || !this.#ends(found.credential)) return found?.credential.accessToken;
    let renewing = this.#renewing.get(accountId);
    if (!renewing) {
      // Whoever asked first may go; what the provider gives out must be kept all the same.
      renewing = this.#renewed(accountId).finally(() => this.#renewing.delete(accountId));
      renewing.catch(() => undefined);
      this.#renewing.set(accountId, renewing);
    }
    return unlessAborted(renewing, signal);
  }

  seal({ accessToken, refreshToken }: ExternalCredential): string {
    return this.secrets.seal(JSON.stringify([accessToken.reveal(), refreshToken?.reveal()]));
  }

  /** The credential that is kept, expired or not. */
  open(account: StoredExternalAccount): ExternalCredential | undefined {
    if (account.sealedCredential === undefined) return undefined;
    const [accessToken, refreshToken] = JSON.parse(this.secrets.open(account.sealedCredential).reveal()) as [string, string?];
    return {
      accessToken: new Secret(accessToken),
      ...(refreshToken ? { refreshToken: new Secret(refreshToken) } : {}),
      ...(account.credentialExpiresAt ? { expiresAt: account.credentialExpiresAt } : {}),
    };
  }

  async #renewed(accountId: number): Promise<Secret | undefined> {
    for (;;) {
      const found = await this.#found(accountId);
      if (!found || !this.#ends(found.credential)) return found?.credential.accessToken;
      const lease = randomUUID();
      const taken = await this.db.query(
        `update external_accounts set renewal = $2, renewal_ends_at = now() + $3 * interval '1 millisecond'
         where id = $1 and sealed_credential = $4 and expired_at is null and coalesce(renewal_ends_at <= now(), true) returning id`,
        [accountId, lease, LEASE, found.account.sealedCredential],
      );
      if (taken.length === 0) await delay(LOOK_AGAIN, undefined, { ref: false });
      // Undefined: the person has given another one meanwhile.
      else if (await this.#renew(found.account, found.credential, lease)) return (await this.#found(accountId))?.credential.accessToken;
    }
  }

  /** @returns whether the lease was still held when the answer came. */
  async #renew({ id, providerId }: StoredExternalAccount, credential: ExternalCredential, lease: string): Promise<boolean> {
    let renewed: ExternalCredential | undefined;
    try {
      renewed = providerId === undefined ? undefined : await this.#ask(providerId, credential);
    } catch (error) {
      await this.db.query('update external_accounts set renewal = null, renewal_ends_at = null where id = $1 and renewal = $2', [
        id,
        lease,
      ]);
      throw error;
    }
    const held = 'renewal = null, renewal_ends_at = null where id = $1 and renewal = $2 returning user_id as "userId"';
    if (renewed) {
      const rows = await this.db.query(`update external_accounts set sealed_credential = $3, credential_expires_at = $4, ${held}`, [
        id,
        lease,
        this.seal({ refreshToken: credential.refreshToken, ...renewed }),
        renewed.expiresAt ?? null,
      ]);
      return rows.length > 0;
    }
    return this.db.transaction(async (tx) => {
      const now = this.clock.now();
      const rows = await tx.query<{ userId: number }>(`update external_accounts set expired_at = $3, updated_at = $3, ${held}`, [
        id,
        lease,
        now,
      ]);
      if (rows[0]) await this.events.publish(externalAccountsChanged, { userId: rows[0].userId }, { tx });
      return rows.length > 0;
    });
  }

  /** Undefined when the person must sign in again; what fails otherwise is thrown, and the account stays as it is. */
  async #ask(providerId: string, credential: ExternalCredential): Promise<ExternalCredential | undefined> {
    const renewal = this.renewal();
    // That nobody here can renew it does not mean that the host would not.
    if (!renewal)
      throw new SextantError('SEXTANT_EXTERNAL_ACCOUNT_NOT_RENEWED', {
        what: 'The credential of an account somewhere else has expired.',
        why: 'No plugin in this process renews credentials.',
        fix: 'Let the plugin sign-in run in this process too.',
      });
    try {
      return await renewal.renew(providerId, credential, AbortSignal.timeout(ANSWER_WITHIN));
    } catch (error) {
      if (SextantError.is(error) && error.code === 'SEXTANT_SIGN_IN_REFUSED') return undefined;
      throw error;
    }
  }

  async #found(
    accountId: number,
  ): Promise<{ readonly account: StoredExternalAccount; readonly credential: ExternalCredential } | undefined> {
    const account = await this.#store.byId(accountId);
    const credential = account && this.open(account);
    return credential && !account.expiredAt ? { account, credential } : undefined;
  }

  #ends({ expiresAt }: ExternalCredential): boolean {
    return expiresAt !== undefined && expiresAt.getTime() - this.clock.now().getTime() < RENEW_BEFORE;
  }
}

function unlessAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
