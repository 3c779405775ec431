import type { AccountDirectory, AuditActor, AuditTrail, User } from '@sextant/plugin-identity/api';
import { type Clock, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { BUILTIN } from '../builtin-provider.js';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Letters } from '../letters.js';
import type { PendingSignIns } from './pending-sign-ins.js';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-code.js';
import { resetSecondFactors } from './reset-second-factors.js';
import { type NewPasskey, type Passkey, SecondFactorStore, type TotpState } from './second-factor-store.js';
import type { ProvedTotp } from './totp-factor.js';

interface SecondFactorParts {
  readonly db: Storage;
  readonly clock: Clock;
  readonly settings: Pick<LiveAuthSettings, 'current' | 'way'>;
  readonly pending: PendingSignIns;
  readonly accounts: AccountDirectory;
  readonly letters: Letters;
  readonly audit: AuditTrail;
  /** Whether the user can sign in by something that is no passkey. */
  readonly hasOtherWay: (user: User) => Promise<boolean>;
}

/** What a person has besides the first factor. */
export interface SecondFactorSummary {
  readonly totp: TotpState | undefined;
  readonly passkeys: readonly Passkey[];
  /** How many are unused. */
  readonly recoveryCodes: number;
}

/** Of one person. */
export const MAX_PASSKEYS = 10;

/** The second factors of people: which they have, and what they, or a site admin for them, do about them. Who may is asked before. */
export class SecondFactors {
  readonly store: SecondFactorStore;

  constructor(private readonly parts: SecondFactorParts) {
    this.store = new SecondFactorStore(parts.db);
  }

  async summary(userId: number): Promise<SecondFactorSummary> {
    const [totp, passkeys, recoveryCodes] = await Promise.all([
      this.store.totp(userId),
      this.store.passkeys(userId),
      this.store.recoveryCodes(userId),
    ]);
    return { totp, passkeys, recoveryCodes };
  }

  /** Whether somebody who has proved the first factor by this entry of `auth.providers` must give a second one before there is a session. */
  async isAskedFor(user: User, way: string): Promise<boolean> {
    return (await this.#appliesTo(way)) && (await this.store.has(user.id));
  }

  /** Whether the site wants a second factor of somebody who came by this entry, and the person has none. */
  async isMissing(user: Pick<User, 'id' | 'siteAdmin'>, way: string): Promise<boolean> {
    return (await this.isRequired(user)) && (await this.#appliesTo(way)) && !(await this.store.has(user.id));
  }

  /** The same of a session. */
  async isMissingInSession(user: Pick<User, 'siteAdmin'>, session: number): Promise<boolean> {
    if (!(await this.isRequired(user))) return false;
    const found = await this.store.ofSession(session);
    return found !== undefined && !found.hasFactor && (await this.#appliesTo(found.way));
  }

  async isRequired({ siteAdmin }: Pick<User, 'siteAdmin'>): Promise<boolean> {
    const required = (await this.parts.settings.current()).configuration['auth.requireSecondFactor'];
    return required === 'everyone' || (required === 'site-admins' && siteAdmin);
  }

  /** @returns the recovery codes where this is the first factor. @throws SEXTANT_SIGN_IN_SECOND_FACTOR_EXISTS */
  async addTotp(user: User, { sealedSecret, step }: ProvedTotp, who: AuditActor): Promise<readonly string[] | undefined> {
    return this.#change(user, 'added', who, { factor: 'totp' }, 'An authenticator app was added to', async (store) => {
      if (await store.addTotp(user.id, sealedSecret, step, this.parts.clock.now())) return this.#firstCodes(store, user);
      throw new SextantError('SEXTANT_SIGN_IN_SECOND_FACTOR_EXISTS', {
        what: 'You have an authenticator app already.',
        fix: 'Remove it before you add another one.',
      });
    });
  }

  /** @throws SEXTANT_SIGN_IN_SECOND_FACTOR_NOT_FOUND */
  async removeTotp(user: User, who: AuditActor): Promise<void> {
    await this.#change(user, 'removed', who, { factor: 'totp' }, 'The authenticator app was removed from', async (store, tx) => {
      if (!(await store.removeTotp(user.id))) throw notFound();
      await this.#afterRemoval(tx, user);
    });
  }

  /** @returns the recovery codes where this is the first factor. @throws SEXTANT_SIGN_IN_SECOND_FACTOR_EXISTS */
  async addPasskey(user: User, passkey: NewPasskey, who: AuditActor): Promise<readonly string[] | undefined> {
    return this.#change(user, 'added', who, { factor: 'passkey' }, `The passkey "${passkey.name}" was added to`, async (store) => {
      if ((await store.passkeys(user.id)).length >= MAX_PASSKEYS)
        throw new SextantError('SEXTANT_SIGN_IN_SECOND_FACTOR_EXISTS', {
          what: `You have ${MAX_PASSKEYS} passkeys, which is the most.`,
          fix: 'Remove one that you do not use any more.',
        });
      const codes = await this.#firstCodes(store, user);
      if (await store.addPasskey(passkey)) return codes;
      throw new SextantError('SEXTANT_SIGN_IN_SECOND_FACTOR_EXISTS', {
        what: 'This passkey is registered already.',
        fix: 'Use another device or security key.',
      });
    });
  }

  /** @throws SEXTANT_SIGN_IN_SECOND_FACTOR_NOT_FOUND */
  async renamePasskey(user: User, id: number, name: string, who: AuditActor): Promise<void> {
    await this.#change(user, 'renamed', who, { factor: 'passkey', passkey: id }, undefined, async (store) => {
      if (!(await store.renamePasskey(user.id, id, name))) throw notFound();
    });
  }

  /** @throws SEXTANT_SIGN_IN_SECOND_FACTOR_NOT_FOUND; SEXTANT_SIGN_IN_LAST_WAY when nothing else signs the user in */
  async removePasskey(user: User, id: number, who: AuditActor): Promise<void> {
    const hasOtherWay = await this.parts.hasOtherWay(user);
    await this.#change(user, 'removed', who, { factor: 'passkey', passkey: id }, 'A passkey was removed from', async (store, tx) => {
      if (!(await store.removePasskey(user.id, id))) throw notFound();
      if (!hasOtherWay && !(await store.passkeys(user.id)).some(({ passwordless }) => passwordless))
        throw new SextantError('SEXTANT_SIGN_IN_LAST_WAY', {
          what: 'This passkey is the last by which the user can sign in.',
          fix: 'Set a password, link an account or add another passkey first.',
        });
      await this.#afterRemoval(tx, user);
    });
  }

  /** In place of those before. @throws SEXTANT_SIGN_IN_SECOND_FACTOR_NOT_FOUND for somebody without a second factor */
  async renewRecoveryCodes(user: User, who: AuditActor): Promise<readonly string[]> {
    return this.#change(user, 'recoveryCodesRenewed', who, {}, 'New recovery codes were made for', async (store) => {
      if (!(await store.has(user.id))) throw notFound();
      return this.#newCodes(store, user);
    });
  }

  /** Takes a recovery code, once. @throws SEXTANT_SIGN_IN_CODE */
  async useRecoveryCode(user: User, code: string, who: AuditActor): Promise<void> {
    const { db, clock, audit } = this.parts;
    const hash = recoveryCodeHash(code);
    const left = await db.transaction(async (tx) => {
      const store = new SecondFactorStore(tx);
      // Codes count beside a factor: whoever has none left does not sign in by them either.
      if (!hash || !(await store.has(user.id)) || !(await store.useRecoveryCode(user.id, hash, clock.now()))) return undefined;
      const unused = await store.recoveryCodes(user.id);
      await audit.record('auth.recoveryCode', 'used', who, { subjectUID: String(user.id), left: unused }, { tx });
      return unused;
    });
    if (left === undefined) {
      audit.observe('auth.recoveryCode', 'failed', who, { subjectUID: String(user.id) });
      throw new SextantError('SEXTANT_SIGN_IN_CODE', {
        what: 'The recovery code is wrong, or was used before.',
        fix: 'Check it, or use another one. A site admin can reset your second factor.',
      });
    }
    await this.#notify(user, `A recovery code was used, ${left} are left, for`);
  }

  /** Takes all of them away and ends all sessions, for somebody who has lost them. @returns whether there were any */
  async reset(user: User, who: AuditActor): Promise<boolean> {
    const had = await resetSecondFactors(this.parts, user, who);
    await this.#notify(user, 'A site admin took away all second factors of');
    return had;
  }

  /** Of a provider the second factor is the provider's, unless the site wants ours, too. */
  async #appliesTo(way: string): Promise<boolean> {
    const { settings } = this.parts;
    if ((await settings.current()).configuration['auth.secondFactorForProviders']) return true;
    return (await settings.way(way))?.provider.type === BUILTIN;
  }

  async #change<R>(
    user: User,
    action: string,
    who: AuditActor,
    facts: Readonly<Record<string, string | number>>,
    notice: string | undefined,
    change: (store: SecondFactorStore, tx: Tx) => Promise<R>,
  ): Promise<R> {
    const { db, audit } = this.parts;
    const result = await db.transaction(async (tx) => {
      const store = new SecondFactorStore(tx);
      await store.lock(user.id);
      const changed = await change(store, tx);
      await audit.record('user.secondFactor', action, who, { subjectUID: String(user.id), ...facts }, { tx });
      return changed;
    });
    if (notice !== undefined) await this.#notify(user, notice);
    return result;
  }

  async #firstCodes(store: SecondFactorStore, user: User): Promise<readonly string[] | undefined> {
    return (await store.recoveryCodes(user.id)) > 0 ? undefined : this.#newCodes(store, user);
  }

  async #newCodes(store: SecondFactorStore, user: User): Promise<readonly string[]> {
    const codes = newRecoveryCodes();
    await store.setRecoveryCodes(
      user.id,
      codes.map((code) => recoveryCodeHash(code) as Buffer),
    );
    return codes;
  }

  /** A sign-in that waits for a factor that is gone begins again, and recovery codes stand in for nothing any more. */
  async #afterRemoval(tx: Tx, user: User): Promise<void> {
    const store = new SecondFactorStore(tx);
    await this.parts.pending.dropOf(tx, user.id);
    if (!(await store.has(user.id))) await store.removeRecoveryCodes(user.id);
  }

  async #notify(user: User, what: string): Promise<void> {
    const primary = (await this.parts.accounts.emails([user.id])).find((email) => email.primary && email.verified);
    if (primary) await this.parts.letters.secondFactor(user, primary.address, what);
  }
}

const notFound = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_SECOND_FACTOR_NOT_FOUND', {
    what: 'There is no such second factor.',
    fix: 'Load the page again to see those that you have.',
  });
