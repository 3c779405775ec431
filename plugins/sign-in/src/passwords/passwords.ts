import type { AccountDirectory, AuditActor, AuditTrail, PasswordLink, User, Users } from '@sextant/plugin-identity/api';
import { type Clock, type Limits, type Logger, type Secret, SextantError, type Storage, type Tx } from '@sextant/sdk';
import type { Alongside } from '../alongside.js';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Letters } from '../letters.js';
import type { Sessions } from '../sessions/sessions.js';
import { LinkStore } from '../storage/link-store.js';
import { PasswordStore } from '../storage/password-store.js';
import { type AttemptSource, AttemptThrottle } from '../throttling/attempt-throttle.js';
import { attemptsDelayed } from '../throttling/attempts-delayed.js';
import type { KnownDevice, KnownDevices } from '../throttling/known-devices.js';
import { PasswordHashes } from './password-hash.js';
import { checkPassword } from './password-rules.js';

interface PasswordParts {
  readonly db: Storage;
  readonly clock: Clock;
  readonly users: Users;
  readonly accounts: AccountDirectory;
  readonly settings: LiveAuthSettings;
  readonly sessions: Sessions;
  readonly letters: Letters;
  readonly devices: KnownDevices;
  readonly limits: Limits;
  readonly audit: AuditTrail;
  readonly log: Logger;
}

/** Letters about delayed attempts to one user: a stranger can cause them. The link of the last one is good until the next. */
const UNLOCK_LETTERS = { capacity: 1, per: 60 * 60_000 } as const;

/** Where a password comes from that somebody gives. */
export type PasswordGiver =
  | { readonly remoteAddress: string; readonly device: KnownDevice | undefined }
  /** Of somebody who is signed in: as {@link AuditActor} says. */
  | 'the-person';

/** Built-in accounts: who knows the password is the user. */
export class Passwords {
  readonly store: PasswordStore;
  readonly #links: LinkStore;
  readonly #hashes = new PasswordHashes();
  readonly #throttle: AttemptThrottle;

  constructor(private readonly parts: PasswordParts) {
    this.store = new PasswordStore(parts.db);
    this.#links = new LinkStore(parts.db);
    this.#throttle = new AttemptThrottle(parts);
  }

  /**
   * The user of that name or proved address and password. Nothing, not the time it takes, tells a wrong password from an account that is not.
   * @throws SEXTANT_SIGN_IN_FAILED; SEXTANT_SIGN_IN_THROTTLED, before the password is looked at, when wrong ones came before
   */
  async verify(nameOrEmail: string, password: Secret, who: AuditActor, giver: PasswordGiver): Promise<User> {
    const { audit } = this.parts;
    const user = await this.named(nameOrEmail);
    const subjectUID = user && String(user.id);
    audit.observe('auth.password', 'attempted', who, { subjectUID });
    const attempt = await this.#throttle.begin(sourceOf(nameOrEmail, user, who, giver));
    if (typeof attempt === 'number') {
      audit.observe('auth.password', 'failed', who, { subjectUID, reason: 'delayed' });
      throw attemptsDelayed(attempt);
    }
    const right = await this.#isRight(user, password).catch(async (error: unknown) => {
      await attempt.refund();
      throw error;
    });
    if (user && right) {
      await attempt.refund();
      audit.observe('auth.password', 'succeeded', who, { subjectUID });
      return user;
    }
    if (user && attempt.delaysNext)
      this.#mailUnlock(user).catch((error: unknown) => this.parts.log.warn('A letter could not be written.', { error }));
    audit.observe('auth.password', 'failed', who, { subjectUID, reason: user ? 'wrong' : 'unknown' });
    throw new SextantError('SEXTANT_SIGN_IN_FAILED', {
      what: 'The user name or the password is wrong.',
      fix: 'Check both. After several failures the next attempts are delayed.',
    });
  }

  /** @throws SEXTANT_SIGN_IN_PASSWORD */
  async check(password: Secret, username: string): Promise<void> {
    await checkPassword(password, username, (await this.parts.settings.current()).configuration);
  }

  /** The hash of a password that fits the rules, to be stored. @throws SEXTANT_SIGN_IN_PASSWORD */
  async prepare(password: Secret, username: string): Promise<string> {
    await this.check(password, username);
    return this.#hashes.make(password);
  }

  /**
   * Sets it and ends the user's sessions but `keep`, what programs may do in their name, and the links by which it could be set.
   * @returns the user of the generation that begins with it. @throws SEXTANT_SIGN_IN_PASSWORD
   */
  async set(user: User, password: Secret, keep: number | undefined, alongside: Alongside): Promise<User> {
    const hash = await this.prepare(password, user.username);
    return this.parts.db.transaction(async (tx) => {
      const changed = await this.#set(tx, user, hash, keep);
      await alongside(tx);
      return changed;
    });
  }

  /** Takes the password away; whoever holds the link sets a new one. All sessions end, access tokens and what programs may do. */
  async randomize(user: User, alongside: Alongside): Promise<PasswordLink> {
    await this.parts.db.transaction(async (tx) => {
      await new PasswordStore(tx).remove(user.id);
      await this.parts.sessions.endAll(tx, user.id);
      await this.parts.accounts.within(tx).revokeAccessTokens(user.id);
      await alongside(tx);
    });
    return this.handOut(user, await this.#primary(user));
  }

  /** Mails a link to set the password to the address; gives it to whoever asked where no mail can be sent. */
  async handOut(user: User, address: string | undefined): Promise<PasswordLink> {
    const { letters } = this.parts;
    if (address !== undefined && (await letters.possible()) && (await letters.handedOut(user, address, () => this.resetUrl(user, address))))
      return { url: undefined, mailed: true };
    return { url: await this.resetUrl(user), mailed: false };
  }

  /** Where the user sets a password, without the one before. @param address proved when the link is used: it was mailed there */
  async resetUrl(user: User, address?: string): Promise<string> {
    return this.#resetUrl(await this.#passwordLink(this.#links, user, address, await this.#linksLast()));
  }

  /** Mails a link to the owner of a proved address; does nothing for other addresses. */
  async mailReset(address: string, who: AuditActor): Promise<void> {
    const { accounts } = this.parts;
    const user = (await accounts.byVerifiedEmails([address])).get(address.toLowerCase());
    if (!user || user.serviceAccount) return;
    // As it was proved: what was typed may be another address that is the same in small letters.
    const folded = address.toLowerCase();
    const proved = (await accounts.emails([user.id])).find((one) => one.verified && one.address.toLowerCase() === folded)?.address;
    if (proved === undefined) return;
    this.parts.audit.observe('user.password', 'resetRequested', who, { subjectUID: String(user.id) });
    await this.parts.letters.reset(user, proved, () => this.resetUrl(user, proved));
  }

  /** The user who may set a password by the link. @throws SEXTANT_SIGN_IN_LINK */
  async ofLink(code: string): Promise<User> {
    const link = await this.#links.look('password', code, this.parts.clock.now());
    const user = link?.userId === undefined ? undefined : await this.parts.users.byId(link.userId);
    if (!user || (link?.address !== undefined && !(await this.#has(user, link.address)))) throw usedLink();
    return user;
  }

  /** @throws SEXTANT_SIGN_IN_LINK, SEXTANT_SIGN_IN_PASSWORD; the link is good still after the latter. Ends access tokens, too. */
  async setByLink(code: string, password: Secret, alongside: Alongside<User>): Promise<User> {
    const { db, clock, accounts } = this.parts;
    const user = await this.ofLink(code);
    const hash = await this.prepare(password, user.username);
    return db.transaction(async (tx) => {
      const link = await new LinkStore(tx).use('password', code, clock.now());
      if (link?.userId !== user.id) throw usedLink();
      const changed = await this.#set(tx, user, hash, undefined);
      // Whoever comes by a link may have lost the account to somebody else, who has made tokens.
      await accounts.within(tx).revokeAccessTokens(user.id);
      if (link.address !== undefined) await proved(accounts.within(tx), user.id, link.address);
      await alongside(tx, changed);
      return changed;
    });
  }

  /**
   * For who reads the mail of the account: strangers' failures do not delay the browser any more. It signs nobody in.
   * @param before what its cookie carries. @returns what it carries from now on. @throws SEXTANT_SIGN_IN_LINK
   */
  async unlock(code: string, before: string | undefined): Promise<string> {
    const link = await this.#links.use('unlock', code, this.parts.clock.now());
    if (link?.userId === undefined) throw usedLink();
    return this.parts.devices.remember(link.userId, before);
  }

  /** Of all kinds, wherever they were mailed. */
  async forgetLinks(tx: Tx, user: User): Promise<void> {
    await new LinkStore(tx).drop(['password', 'email', 'unlock'], user.id);
  }

  /** Tells the owner of the primary address, who may not have done it. */
  async mailChanged(user: User): Promise<void> {
    const address = await this.#primary(user);
    if (address !== undefined) await this.parts.letters.changed(user, address);
  }

  async mailVerification(user: User, address: string): Promise<void> {
    const { clock, letters } = this.parts;
    const lasts = await this.#linksLast();
    await letters.verification(user, address, async () => {
      const code = await this.#links.make('email', { userId: user.id, address }, clock.now(), lasts);
      return letters.url(`/-/verify-email?code=${code}`);
    });
  }

  /**
   * Anybody may give any address as theirs. So it is proved by somebody who reads its mail and is the user: a stranger who presses the button would hand over
   * what is theirs to whoever gave it.
   * @throws SEXTANT_SIGN_IN_LINK, also for another user's, which stays good; SEXTANT_USER_EMAIL_TAKEN when somebody else has proved the address meanwhile.
   */
  async proveEmail(code: string, userId: number | undefined, alongside: Alongside<number>): Promise<void> {
    const { db, clock, accounts } = this.parts;
    await db.transaction(async (tx) => {
      const link = await new LinkStore(tx).use('email', code, clock.now());
      if (link?.address === undefined) throw usedLink();
      if (userId === undefined || link.userId !== userId)
        throw new SextantError('SEXTANT_SIGN_IN_LINK', {
          what: 'The link is not for who is signed in in this browser.',
          fix: 'Sign in as the user to whom you gave the address, and open the link again. If you gave it to none, do nothing.',
        });
      await accounts.within(tx).setEmailVerified(userId, link.address, true);
      await alongside(tx, userId);
    });
  }

  async #set(tx: Tx, user: User, hash: string, keep: number | undefined): Promise<User> {
    const store = new PasswordStore(tx);
    await store.set(user.id, hash, this.parts.clock.now());
    await new LinkStore(tx).drop(['password', 'unlock'], user.id);
    if (user.siteAdmin) await tx.query('INSERT INTO initialized DEFAULT VALUES ON CONFLICT DO NOTHING');
    const { generation } = await this.parts.sessions.endAll(tx, user.id, keep);
    return { ...user, credentialGeneration: generation };
  }

  #passwordLink(links: LinkStore, user: User, address: string | undefined, lasts: number): Promise<string> {
    return links.make('password', { userId: user.id, address }, this.parts.clock.now(), lasts);
  }

  #resetUrl(code: string): string {
    return this.parts.letters.url(`/-/reset-password-code?code=${code}`);
  }

  /** Milliseconds. */
  async #linksLast(): Promise<number> {
    return (await this.parts.settings.current()).configuration['auth.passwordResetLinkExpiry'] * 1000;
  }

  async #isRight(user: User | undefined, password: Secret): Promise<boolean> {
    const stored = user && (await this.store.hash(user.id));
    const { ok, outdated } = await this.#hashes.verify(password, stored);
    if (ok && outdated && user && stored) await this.store.rehash(user.id, stored, await this.#hashes.make(password));
    return ok;
  }

  /** Not waited for: how long mail takes would tell who exists. */
  async #mailUnlock(user: User): Promise<void> {
    const { clock, letters, limits } = this.parts;
    const address = await this.#primary(user);
    if (address === undefined || !(await letters.possible()) || !(await limits.take(`unlock-letter:${user.id}`, UNLOCK_LETTERS)).allowed)
      return;
    await letters.unlock(user, address, async () => {
      const code = await this.#links.make('unlock', { userId: user.id, address: undefined }, clock.now(), UNLOCK_LETTERS.per);
      return letters.url(`/-/unlock-account?code=${code}`);
    });
  }

  async #primary(user: User): Promise<string | undefined> {
    return (await this.parts.accounts.emails([user.id])).find(({ primary, verified }) => primary && verified)?.address;
  }

  /** The user of that name or proved address, who may have a password. */
  async named(nameOrEmail: string): Promise<User | undefined> {
    const { users, accounts } = this.parts;
    const user = nameOrEmail.includes('@')
      ? (await accounts.byVerifiedEmails([nameOrEmail])).get(nameOrEmail.toLowerCase())
      : await users.byUsername(nameOrEmail);
    return user?.serviceAccount ? undefined : user;
  }

  /** Whoever reads the mail of an address that was taken from the user is not the user. */
  async #has(user: User, address: string): Promise<boolean> {
    return (await this.parts.accounts.emails([user.id])).some((email) => email.address.toLowerCase() === address.toLowerCase());
  }
}

async function proved(accounts: AccountDirectory, userId: number, address: string): Promise<void> {
  const emails = await accounts.emails([userId]);
  if (emails.some((email) => email.address.toLowerCase() === address.toLowerCase() && !email.verified))
    await accounts.setEmailVerified(userId, address, true);
}

function sourceOf(name: string, user: User | undefined, who: AuditActor, giver: PasswordGiver): AttemptSource {
  // By the session and not the person: whoever has stolen one would keep the person from proving who they are.
  if (giver === 'the-person') return { by: 'device', id: `${user?.id} ${who.actor?.credential ?? ''}` };
  const { remoteAddress, device } = giver;
  // By what was typed and not by the account: that a name and an address wait together would tell that both are somebody's.
  return device && device.userId === user?.id
    ? { by: 'device', id: device.id }
    : { by: 'stranger', remoteAddress, name: user && !name.includes('@') ? user.username : name };
}

const usedLink = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_LINK', { what: 'The link is used, too old, or none of ours.', fix: 'Ask for a new one.' });
