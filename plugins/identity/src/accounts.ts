import { type Clock, type Events, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { type User, userChanged, userCreated } from './api.js';
import { UserStore } from './storage/user-store.js';
import { foldName, parseDisplayName, parseUsername } from './username.js';

export interface NewAccount {
  readonly username: string;
  readonly displayName?: string;
  readonly siteAdmin?: boolean;
  readonly email?: { readonly address: string; readonly verified: boolean };
}

export interface AccountChange {
  readonly username?: string;
  /** Null or empty removes it. */
  readonly displayName?: string | null;
}

/** What is written in the transaction of a change, such as its entry in the audit log. A throw undoes both. */
export type Alongside<V> = (tx: Tx, value: V) => Promise<void>;
const nothing = async (): Promise<void> => undefined;

// Enough to catch a typing error; only a mail that arrives proves an address.
const EMAIL = /^[^\s@<>"\\]{1,64}@[^\s@<>"\\]{1,190}$/;

/** Creates, changes and deletes accounts. Every change is announced with `identity.user-changed@1` once it is durable. */
export class Accounts {
  constructor(
    private readonly db: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /** @throws SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN, SEXTANT_USER_EMAIL_INVALID, SEXTANT_USER_EMAIL_TAKEN. */
  async create(account: NewAccount, alongside: Alongside<User> = nothing): Promise<User> {
    return this.db.transaction(async (tx) => {
      const user = await this.#insert(tx, account, false);
      await alongside(tx, user);
      return user;
    });
  }

  /**
   * The account of whoever uses Sextant on the machine it runs on: a site admin, made when first asked for.
   * `preferred` names it when the name is free.
   */
  async localAdmin(preferred: string, alongside: Alongside<User> = nothing): Promise<User> {
    const present = await new UserStore(this.db).localAdmin();
    if (present) return present;
    return this.db.transaction(async (tx) => {
      // Two processes of one database may start together.
      await tx.query('lock table users in share row exclusive mode');
      const made = await new UserStore(tx).localAdmin();
      if (made) return made;
      for (let attempt = 1; ; attempt++) {
        const username = attempt === 1 ? preferred : `${preferred}-${attempt}`;
        const taken = await tx.query('select 1 from names where folded = $1', [foldName(username)]);
        if (taken.length > 0) continue;
        const user = await this.#insert(tx, { username, siteAdmin: true }, true);
        await alongside(tx, user);
        return user;
      }
    });
  }

  /** @throws SEXTANT_USER_NOT_FOUND, SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN. */
  async update(id: number, change: AccountChange, alongside: Alongside<User> = nothing): Promise<User> {
    return this.db.transaction(async (tx) => {
      const user = await this.#locked(tx, id);
      const username = change.username === undefined ? user.username : parseUsername(change.username);
      if (foldName(username) !== foldName(user.username)) {
        await tx.query('delete from names where user_id = $1', [id]);
        await claimName(tx, username, id);
      }
      const displayName = change.displayName === undefined ? user.displayName : parseDisplayName(change.displayName);
      await tx.query('update users set username = $2, display_name = $3, updated_at = $4 where id = $1', [
        id,
        username,
        displayName ?? null,
        this.clock.now(),
      ]);
      await this.events.publish(userChanged, { userId: id }, { tx });
      await alongside(tx, user);
      return this.#locked(tx, id);
    });
  }

  /** @throws SEXTANT_USER_PROTECTED for the last site admin and the local one. */
  async setSiteAdmin(id: number, siteAdmin: boolean, alongside: Alongside<User> = nothing): Promise<User> {
    return this.db.transaction(async (tx) => {
      const user = await this.#locked(tx, id);
      if (user.siteAdmin && !siteAdmin) await this.#staysAdministered(tx, user, 'lose the rights of a site admin');
      await tx.query('update users set site_admin = $2, updated_at = $3 where id = $1', [id, siteAdmin, this.clock.now()]);
      await this.events.publish(userChanged, { userId: id }, { tx });
      await alongside(tx, user);
      return this.#locked(tx, id);
    });
  }

  /**
   * Revokes all tokens of the account at once and frees its name and addresses. `hard` forgets the person; otherwise the
   * row stays, so that what the person wrote keeps its author's number.
   */
  async delete(id: number, options: { readonly hard: boolean }, alongside: Alongside<User> = nothing): Promise<void> {
    await this.db.transaction(async (tx) => {
      const user = await this.#locked(tx, id);
      if (user.siteAdmin) await this.#staysAdministered(tx, user, 'be deleted');
      const now = this.clock.now();
      if (options.hard) {
        await tx.query('delete from users where id = $1', [id]);
      } else {
        await tx.query('update access_tokens set revoked_at = $2 where subject_user_id = $1 and revoked_at is null', [id, now]);
        for (const table of ['names', 'emails', 'organization_members']) await tx.query(`delete from ${table} where user_id = $1`, [id]);
        await tx.query('update users set deleted_at = $2, updated_at = $2, site_admin = false where id = $1', [id, now]);
      }
      await this.events.publish(userChanged, { userId: id }, { tx });
      await alongside(tx, user);
    });
  }

  async #insert(tx: Tx, account: NewAccount, local: boolean): Promise<User> {
    const now = this.clock.now();
    const username = parseUsername(account.username);
    const rows = await tx.query<{ id: number }>(
      `insert into users (username, display_name, site_admin, local_admin, created_at, updated_at) values ($1, $2, $3, $4, $5, $5) returning id`,
      [username, parseDisplayName(account.displayName) ?? null, account.siteAdmin ?? false, local, now],
    );
    const id = rows[0]?.id as number;
    await claimName(tx, username, id);
    if (account.email) await addEmail(tx, id, account.email, now);
    await this.events.publish(userChanged, { userId: id }, { tx });
    await this.events.publish(userCreated, { userId: id, username }, { tx });
    return this.#locked(tx, id);
  }

  async #locked(tx: Tx, id: number): Promise<User> {
    await tx.query('select 1 from users where id = $1 for update', [id]);
    const user = await new UserStore(tx).byId(id);
    if (!user) throw userNotFound();
    return user;
  }

  async #staysAdministered(tx: Tx, user: User, what: string): Promise<void> {
    // Two admins who remove each other at the same moment must not both succeed.
    await tx.query('lock table users in share row exclusive mode');
    const local = await new UserStore(tx).localAdmin();
    const others = await tx.query('select 1 from users where site_admin and deleted_at is null and id <> $1 limit 1', [user.id]);
    if (local?.id !== user.id && others.length > 0) return;
    throw new SextantError('SEXTANT_USER_PROTECTED', {
      what: `The user "${user.username}" cannot ${what}.`,
      why: local?.id === user.id ? 'It is the local site admin.' : 'It is the last site admin.',
      fix: 'Make another user a site admin first.',
    });
  }
}

export const userNotFound = (): SextantError =>
  new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Check the user name or id.' });

async function claimName(tx: Tx, username: string, userId: number): Promise<void> {
  const claimed = await tx.query('insert into names (folded, user_id) values ($1, $2) on conflict do nothing returning folded', [
    foldName(username),
    userId,
  ]);
  if (claimed.length === 0) {
    throw new SextantError('SEXTANT_USER_NAME_TAKEN', { what: `The name "${username}" is taken.`, fix: 'Choose another name.' });
  }
}

async function addEmail(tx: Tx, userId: number, email: { readonly address: string; readonly verified: boolean }, now: Date): Promise<void> {
  if (!EMAIL.test(email.address)) {
    throw new SextantError('SEXTANT_USER_EMAIL_INVALID', {
      what: 'The email address is malformed.',
      fix: 'Give an address such as ada@example.com.',
    });
  }
  const added = await tx.query(
    `insert into emails (user_id, folded, email, is_primary, verified_at, created_at)
     values ($1, $2, $3, not exists (select 1 from emails where user_id = $1 and is_primary), $4, $5) on conflict do nothing returning folded`,
    [userId, email.address.toLowerCase(), email.address, email.verified ? now : null, now],
  );
  if (added.length === 0) {
    throw new SextantError('SEXTANT_USER_EMAIL_TAKEN', { what: 'The email address belongs to another user.', fix: 'Use another address.' });
  }
}
