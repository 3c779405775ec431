import type { AccountDirectory, AuditActor, AuditTrail, ExternalAccount, ExternalAccounts, User } from '@sextant/plugin-identity/api';
import { type Secret, SextantError, type Storage, type Tx } from '@sextant/sdk';
import type { Alongside } from './alongside.js';
import { BUILTIN } from './builtin-provider.js';
import type { LiveAuthSettings } from './configuration/auth-settings.js';
import type { Way } from './configuration/provider-entries.js';
import type { Passwords } from './passwords/passwords.js';
import { SecondFactorStore } from './second-factor/second-factor-store.js';
import type { Sessions } from './sessions/sessions.js';
import { type Session, SessionStore } from './storage/session-store.js';

interface SecurityParts {
  readonly db: Storage;
  readonly settings: LiveAuthSettings;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly accounts: AccountDirectory;
  readonly external: ExternalAccounts;
  readonly audit: AuditTrail;
}

export interface PasswordChange {
  readonly before: Secret;
  readonly next: Secret;
  /** The session in use, the only one that stays. */
  readonly keep: number | undefined;
  /** Whoever learned the password may have made some. */
  readonly revokeAccessTokens: boolean;
}

const MOST_SESSIONS = 100;

/** What a person, or a site admin for them, does about how they sign in. Who may is asked before. */
export class AccountSecurity {
  constructor(private readonly parts: SecurityParts) {}

  /** Newest first. */
  sessions(user: User): Promise<readonly Session[]> {
    return this.parts.sessions.store.ofUser(user.id, MOST_SESSIONS);
  }

  /** @throws SEXTANT_SIGN_IN_SESSION_NOT_FOUND */
  async endSession(user: User, id: number, who: AuditActor): Promise<void> {
    const session = await this.parts.sessions.store.byId(id);
    if (session?.userId !== user.id)
      throw new SextantError('SEXTANT_SIGN_IN_SESSION_NOT_FOUND', { what: 'The user has no such session.', fix: 'List the sessions.' });
    await this.parts.db.transaction(async (tx) => {
      await new SessionStore(tx).end(id);
      await this.parts.audit.record('user.session', 'ended', who, { subjectUID: String(user.id), sessions: 1 }, { tx });
    });
  }

  /** All of them but `except`. */
  async endSessions(users: readonly Pick<User, 'id'>[], who: AuditActor, except?: number): Promise<void> {
    const { db, sessions, audit } = this.parts;
    for (const { id } of users)
      await db.transaction(async (tx) => {
        // Who ends those elsewhere means browsers; who ends all of them trusts nothing any more.
        const ended = except === undefined ? (await sessions.endAll(tx, id)).ended : await new SessionStore(tx).endOfUsers([id], except);
        await audit.record('user.session', 'ended', who, { subjectUID: String(id), sessions: ended }, { tx });
      });
  }

  async hasPassword(user: User): Promise<boolean> {
    return (await this.parts.passwords.store.hash(user.id)) !== undefined;
  }

  /** By somebody who knows the one before. @returns the user of the generation that begins with it. @throws SEXTANT_SIGN_IN_FAILED, _PASSWORD */
  async changePassword(user: User, change: PasswordChange, who: AuditActor): Promise<User> {
    const { passwords, accounts, audit } = this.parts;
    await passwords.verify(user.username, change.before, who, 'the-person');
    return this.#setPassword(user, change.next, change.keep, who, async (tx) => {
      if (!change.revokeAccessTokens) return;
      const tokens = await accounts.within(tx).revokeAccessTokens(user.id);
      await audit.record('user.accessToken', 'deleted', who, { subjectUID: String(user.id), tokens }, { tx });
    });
  }

  /** The first one of somebody who came in another way. @returns as `changePassword`. @throws SEXTANT_SIGN_IN_UNAVAILABLE when there is one; _PASSWORD */
  async createPassword(user: User, next: Secret, who: AuditActor, keep?: number): Promise<User> {
    if (await this.hasPassword(user))
      throw new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', { what: 'The user has a password.', fix: 'Change it, with the one before.' });
    return this.#setPassword(user, next, keep, who, async () => undefined);
  }

  externalAccounts(user: User): Promise<readonly ExternalAccount[]> {
    return this.parts.external.ofUser(user.id);
  }

  /** Also ends the sessions by it. @throws SEXTANT_SIGN_IN_LAST_WAY; SEXTANT_EXTERNAL_ACCOUNT_NOT_FOUND for one of somebody else */
  async unlink(user: User, accountId: number, who: AuditActor): Promise<void> {
    const { db, external, audit, settings } = this.parts;
    const all = await external.ofUser(user.id);
    const account = all.find(({ id }) => id === accountId);
    if (!account)
      throw new SextantError('SEXTANT_EXTERNAL_ACCOUNT_NOT_FOUND', {
        what: 'The user has no such external account.',
        fix: 'List the accounts.',
      });
    const opens = opensBy((await settings.current()).ways);
    const kept = all.filter(({ id }) => id !== accountId);
    if (opens(account) && !(await this.#hasWayWithout(user, kept)))
      throw new SextantError('SEXTANT_SIGN_IN_LAST_WAY', {
        what: 'This account is the last by which the user can sign in.',
        fix: 'Set a password, link another account or add a passkey first.',
      });
    await db.transaction(async (tx) => {
      await external.within(tx).unlink(accountId);
      await new SessionStore(tx).endByLostAccounts(
        user.id,
        kept.map(({ id }) => id),
      );
      await audit.record('user.externalAccount', 'deleted', who, { subjectUID: String(user.id), service: account.service.type }, { tx });
    });
  }

  /** Whether the user can sign in by a password or an account elsewhere. */
  async hasWay(user: User): Promise<boolean> {
    return this.#opens(user, await this.parts.external.ofUser(user.id));
  }

  async addEmail(user: User, address: string, who: AuditActor): Promise<void> {
    await this.#onEmails(user, 'added', who, (accounts) => accounts.addEmail(user.id, { address, verified: false }));
    await this.parts.passwords.mailVerification(user, address);
  }

  /** Links that were mailed there do not work any more. */
  async removeEmail(user: User, address: string, who: AuditActor): Promise<void> {
    await this.#onEmails(user, 'deleted', who, async (accounts, tx) => {
      await accounts.removeEmail(user.id, address);
      await this.parts.passwords.forgetLinks(tx, user);
    });
  }

  async setPrimaryEmail(user: User, address: string, who: AuditActor): Promise<void> {
    await this.#onEmails(user, 'changed', who, (accounts) => accounts.setPrimaryEmail(user.id, address));
  }

  async setEmailVerified(user: User, address: string, verified: boolean, who: AuditActor): Promise<void> {
    await this.#onEmails(user, verified ? 'verified' : 'unverified', who, async (accounts, tx) => {
      await accounts.setEmailVerified(user.id, address, verified);
      if (!verified) await this.parts.passwords.forgetLinks(tx, user);
    });
  }

  /** Nothing for one that is proved. @throws SEXTANT_USER_EMAIL_UNKNOWN */
  async resendVerification(user: User, address: string): Promise<void> {
    const email = (await this.parts.accounts.emails([user.id])).find((one) => one.address.toLowerCase() === address.toLowerCase());
    if (!email) throw new SextantError('SEXTANT_USER_EMAIL_UNKNOWN', { what: 'The user has no such email address.', fix: 'Add it first.' });
    if (!email.verified) await this.parts.passwords.mailVerification(user, email.address);
  }

  /** By a password, one of these accounts or a passkey. */
  async #hasWayWithout(user: User, kept: readonly ExternalAccount[]): Promise<boolean> {
    if (await this.#opens(user, kept)) return true;
    const { db, settings } = this.parts;
    const passkeys = await new SecondFactorStore(db).passkeys(user.id);
    return (await settings.current()).ways.some(isBuiltin) && passkeys.some(({ passwordless }) => passwordless);
  }

  async #opens(user: User, accounts: readonly ExternalAccount[]): Promise<boolean> {
    const { ways } = await this.parts.settings.current();
    return accounts.some(opensBy(ways)) || (ways.some(isBuiltin) && (await this.hasPassword(user)));
  }

  async #setPassword(user: User, next: Secret, keep: number | undefined, who: AuditActor, alongside: Alongside): Promise<User> {
    const { passwords, audit } = this.parts;
    const changed = await passwords.set(user, next, keep, async (tx) => {
      await audit.record('user.password', 'changed', who, { subjectUID: String(user.id) }, { tx });
      await alongside(tx);
    });
    await passwords.mailChanged(user);
    return changed;
  }

  async #onEmails(
    user: User,
    action: string,
    who: AuditActor,
    change: (accounts: AccountDirectory, tx: Tx) => Promise<void>,
  ): Promise<void> {
    const { db, accounts, audit } = this.parts;
    await db.transaction(async (tx) => {
      await change(accounts.within(tx), tx);
      await audit.record('user.email', action, who, { subjectUID: String(user.id) }, { tx });
    });
  }
}

const isBuiltin = ({ provider, noSignIn }: Way): boolean => provider.type === BUILTIN && !noSignIn;

const opensBy =
  (ways: readonly Way[]) =>
  ({ service }: ExternalAccount): boolean =>
    ways.some((way) => !way.noSignIn && way.service.type === service.type && way.service.id === service.id);
