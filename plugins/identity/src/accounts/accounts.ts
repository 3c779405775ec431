import { type Clock, type Events, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { type AccountChange, credentialsRevoked, type NewAccount, type User, userChanged, userCreated } from '../api.js';
import { givenByGroup } from '../groups/given-by-group.js';
import type { NewcomerOrganizations } from '../organizations/newcomer-organizations.js';
import { UserStore } from '../storage/user-store.js';
import { Emails } from './emails.js';
import { claimName, renameOwner } from './names.js';
import { foldName, normalizeUsername, parseDisplayName, parseUsername } from './username.js';

/** What is written in the transaction of a change, such as its entry in the audit log. A throw undoes both. */
export type Alongside<V> = (tx: Tx, value: V) => Promise<void>;
const nothing = async (): Promise<void> => undefined;

/** Tables of which a deleted account keeps nothing. */
const OF_THE_PERSON: readonly (readonly [table: string, column: string])[] = [
  ['names', 'user_id'],
  ['emails', 'user_id'],
  ['external_accounts', 'user_id'],
  ['organization_members', 'user_id'],
  ['organization_invitations', 'recipient_user_id'],
  ['team_members', 'user_id'],
  ['user_roles', 'user_id'],
  ['user_groups', 'user_id'],
  ['site_admin_grants', 'user_id'],
  ['directory_group_members', 'user_id'],
  ['user_tags', 'user_id'],
];

/** Creates, changes and deletes accounts. Every change is announced with `identity.user-changed@1` once it is durable. */
export class Accounts {
  constructor(
    private readonly db: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly newcomers: Pick<NewcomerOrganizations, 'names' | 'join'>,
  ) {}

  within(tx: Tx): Accounts {
    return new Accounts(this.db.within(tx), this.events, this.clock, this.newcomers);
  }

  /** @throws SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN, SEXTANT_USER_EMAIL_INVALID, SEXTANT_USER_EMAIL_TAKEN. */
  async create(account: NewAccount, alongside: Alongside<User> = nothing): Promise<User> {
    const organizations = await this.newcomers.names();
    return this.db.transaction(async (tx) => {
      const user = await this.insert(tx, account);
      await this.newcomers.join(tx, user, organizations);
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
        const user = await this.insert(tx, { username, siteAdmin: true }, true);
        await alongside(tx, user);
        return user;
      }
    });
  }

  /** @throws SEXTANT_USER_NOT_FOUND, SEXTANT_USER_NAME_INVALID, SEXTANT_USER_NAME_TAKEN. */
  async update(id: number, change: AccountChange, alongside: Alongside<User> = nothing): Promise<User> {
    return this.db.transaction(async (tx) => {
      const user = await this.locked(tx, id);
      const username = change.username === undefined ? user.username : parseUsername(change.username);
      if (foldName(username) !== foldName(user.username)) await renameOwner(tx, username, { userId: id });
      const displayName = change.displayName === undefined ? user.displayName : parseDisplayName(change.displayName);
      const avatarUrl = change.avatarUrl === undefined ? user.avatarUrl : parseAvatarUrl(change.avatarUrl);
      await tx.query('update users set username = $2, display_name = $3, avatar_url = $4, updated_at = $5 where id = $1', [
        id,
        username,
        displayName ?? null,
        avatarUrl ?? null,
        this.clock.now(),
      ]);
      await this.events.publish(userChanged, { userId: id }, { tx });
      await alongside(tx, user);
      return this.locked(tx, id);
    });
  }

  /** @throws SEXTANT_USER_PROTECTED for the last site admin, the local one and service accounts; SEXTANT_MEMBERSHIP_BY_GROUP for who is one by a group. */
  async setSiteAdmin(id: number, siteAdmin: boolean, alongside: Alongside<User> = nothing): Promise<User> {
    return this.db.transaction(async (tx) => {
      const user = await this.locked(tx, id);
      await this.changeSiteAdmin(tx, user, siteAdmin);
      await this.events.publish(userChanged, { userId: id }, { tx });
      await alongside(tx, user);
      return this.locked(tx, id);
    });
  }

  /**
   * By hand, within a transaction that holds the user, see `locked`.
   * @throws as `setSiteAdmin`.
   */
  async changeSiteAdmin(tx: Tx, user: User, siteAdmin: boolean): Promise<void> {
    const source = siteAdmin ? undefined : (await siteAdminSources(tx, user.id))[0];
    if (source !== undefined) throw givenByGroup('rights of a site admin', source);
    if (siteAdmin && user.serviceAccount) throw noPerson(user);
    await tx.query('update users set site_admin_by_hand = $2 where id = $1', [user.id, siteAdmin]);
    await this.#setSiteAdmin(tx, user, siteAdmin);
  }

  /**
   * What groups say, within a transaction that holds the user. What a person said stays.
   * @returns whether the user became (true) or is no longer (false) a site admin. @throws SEXTANT_USER_PROTECTED.
   */
  async setSiteAdminByGroups(tx: Tx, user: User, sources: readonly string[]): Promise<boolean | undefined> {
    await tx.query('delete from site_admin_grants where user_id = $1 and source <> all($2::text[])', [user.id, sources]);
    await tx.query(
      'insert into site_admin_grants (user_id, source) select $1, source from unnest($2::text[]) as source on conflict do nothing',
      [user.id, sources],
    );
    const rows = await tx.query<{ byHand: boolean }>('select site_admin_by_hand as "byHand" from users where id = $1', [user.id]);
    const siteAdmin = sources.length > 0 || rows[0]?.byHand === true;
    if (siteAdmin === user.siteAdmin) return undefined;
    await this.#setSiteAdmin(tx, user, siteAdmin);
    return siteAdmin;
  }

  async #setSiteAdmin(tx: Tx, user: User, siteAdmin: boolean): Promise<void> {
    if (user.siteAdmin && !siteAdmin) {
      await this.#staysAdministered(tx, user, 'lose the rights of a site admin');
      await this.#revokeMadeForOthers(tx, user.id);
    }
    await tx.query('update users set site_admin = $2, updated_at = $3 where id = $1', [user.id, siteAdmin, this.clock.now()]);
  }

  /**
   * Revokes all tokens of the account at once and frees its name and addresses. `hard` forgets the person; otherwise the
   * row stays, so that what the person wrote keeps its author's number.
   */
  async delete(id: number, options: { readonly hard: boolean }, alongside: Alongside<User> = nothing): Promise<void> {
    await this.deleteAll([id], options, alongside);
  }

  /** All of them, or none. */
  async deleteAll(ids: readonly number[], options: { readonly hard: boolean }, alongside: Alongside<User> = nothing): Promise<void> {
    await this.db.transaction(async (tx) => {
      for (const id of ids) {
        const user = await this.locked(tx, id);
        await this.#delete(tx, user, options);
        await alongside(tx, user);
      }
    });
  }

  /**
   * Brings back one that was deleted and not forgotten: as an ordinary user, without addresses and tokens.
   * @param name another name than it had. @throws SEXTANT_USER_NOT_FOUND, SEXTANT_USER_NAME_TAKEN.
   */
  async recover(id: number, name?: string): Promise<User> {
    const username = name === undefined ? undefined : parseUsername(name);
    return this.db.transaction((tx) => this.#recover(tx, id, username));
  }

  /** All of them, or none. @throws as `recover`. */
  async recoverAll(ids: readonly number[], alongside: Alongside<User> = nothing): Promise<void> {
    await this.db.transaction(async (tx) => {
      for (const id of ids) await alongside(tx, await this.#recover(tx, id));
    });
  }

  async #delete(tx: Tx, user: User, options: { readonly hard: boolean }): Promise<void> {
    if (user.siteAdmin) await this.#staysAdministered(tx, user, 'be deleted');
    const [id, now] = [user.id, this.clock.now()];
    await this.#revokeMadeForOthers(tx, id);
    if (options.hard) {
      await tx.query('delete from users where id = $1', [id]);
    } else {
      await tx.query('update access_tokens set revoked_at = $2 where subject_user_id = $1 and revoked_at is null', [id, now]);
      for (const [table, column] of OF_THE_PERSON) await tx.query(`delete from ${table} where ${column} = $1`, [id]);
      // Whoever is brought back comes back without what opened the account before.
      await tx.query(
        `update users set deleted_at = $2, updated_at = $2, site_admin = false, site_admin_by_hand = false,
         credential_generation = credential_generation + 1 where id = $1`,
        [id, now],
      );
    }
    await this.events.publish(userChanged, { userId: id }, { tx });
  }

  /** @returns the generation from now on. @throws SEXTANT_USER_NOT_FOUND. */
  async revokeCredentials(id: number): Promise<number> {
    return this.db.transaction(async (tx) => {
      const rows = await tx.query<{ generation: number }>(
        `update users set credential_generation = credential_generation + 1 where id = $1 and deleted_at is null
         returning credential_generation as generation`,
        [id],
      );
      if (!rows[0]) throw userNotFound();
      await this.events.publish(credentialsRevoked, { userId: id }, { tx });
      return rows[0].generation;
    });
  }

  /** Whoever made them may have kept their text, and would go on as somebody else. Those of programs stay: they work for all, not for who made them. */
  async #revokeMadeForOthers(tx: Tx, makerId: number): Promise<void> {
    await tx.query(
      `update access_tokens t set revoked_at = $2 where $1 = any(t.made_by) and t.subject_user_id <> $1 and t.revoked_at is null
       and not exists (select 1 from users u where u.id = t.subject_user_id and u.service_account)`,
      [makerId, this.clock.now()],
    );
  }

  async #recover(tx: Tx, id: number, username?: string): Promise<User> {
    const rows = await tx.query<{ username: string }>(
      `update users set deleted_at = null, updated_at = $2, username = coalesce($3, username)
       where id = $1 and deleted_at is not null returning username`,
      [id, this.clock.now(), username ?? null],
    );
    if (!rows[0]) throw userNotFound();
    await claimName(tx, rows[0].username, { userId: id });
    await this.events.publish(userChanged, { userId: id }, { tx });
    return this.locked(tx, id);
  }

  /** A name that is free now, made of what is a name somewhere else. */
  async freeUsername(wanted: string): Promise<string> {
    const base = normalizeUsername(wanted) ?? 'user';
    const rows = await this.db.query<{ folded: string }>(`select folded from names where folded = $1 or folded like $2 escape '!'`, [
      foldName(base),
      `${foldName(base).replace(/[!_%]/g, '!$&')}-%`,
    ]);
    const taken = new Set(rows.map((row) => row.folded));
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base.replace(/-$/, '')}-${number}`;
      if (!taken.has(foldName(name))) return name;
    }
  }

  async standing(): Promise<{ readonly users: number; readonly siteAdmins: number }> {
    const rows = await this.db.query<{ users: number; admins: number }>(
      'select count(*)::int as users, count(*) filter (where site_admin)::int as admins from users where deleted_at is null and not service_account',
    );
    return { users: rows[0]?.users ?? 0, siteAdmins: rows[0]?.admins ?? 0 };
  }

  /** Within a transaction. @throws as `create`. */
  async insert(tx: Tx, account: NewAccount, local = false): Promise<User> {
    const now = this.clock.now();
    const username = parseUsername(account.username);
    const rows = await tx.query<{ id: number }>(
      `insert into users (username, display_name, avatar_url, site_admin, site_admin_by_hand, local_admin, created_at, updated_at)
       values ($1, $2, $3, $4, $4, $5, $6, $6) returning id`,
      [
        username,
        parseDisplayName(account.displayName) ?? null,
        parseAvatarUrl(account.avatarUrl) ?? null,
        account.siteAdmin ?? false,
        local,
        now,
      ],
    );
    const id = rows[0]?.id as number;
    await claimName(tx, username, { userId: id });
    for (const email of account.emails ?? []) await Emails.insert(tx, id, email, now);
    await this.events.publish(userChanged, { userId: id }, { tx });
    await this.events.publish(userCreated, { userId: id, username }, { tx });
    return this.locked(tx, id);
  }

  /** The user, kept as it is until the transaction ends. @throws SEXTANT_USER_NOT_FOUND. */
  async locked(tx: Tx, id: number): Promise<User> {
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

/** An image on another server is shown as a link of the page: nothing but http and https. */
const parseAvatarUrl = (url: string | null | undefined): string | undefined =>
  url && url.length <= 2000 && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined;

export const userNotFound = (): SextantError =>
  new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Check the user name or id.' });

async function siteAdminSources(tx: Tx, userId: number): Promise<readonly string[]> {
  const rows = await tx.query<{ source: string }>('select source from site_admin_grants where user_id = $1 order by source', [userId]);
  return rows.map(({ source }) => source);
}

const noPerson = (user: User): SextantError =>
  new SextantError('SEXTANT_USER_PROTECTED', {
    what: `The user "${user.username}" cannot be a site admin.`,
    why: 'It is a service account.',
    fix: 'Give it a role instead.',
  });
