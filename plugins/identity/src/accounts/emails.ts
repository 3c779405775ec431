import { type Clock, type Events, type Queryable, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { type User, type UserEmail, userChanged } from '../api.js';
import { UserStore } from '../storage/user-store.js';

// Enough to catch a typing error; only a mail that arrives proves an address.
const EMAIL = /^[^\s@<>"\\]{1,64}@[^\s@<>"\\]{1,190}$/;

/** More than a person has. */
const MOST = 100;

export interface NewEmail {
  readonly address: string;
  readonly verified: boolean;
}

/** @throws SEXTANT_USER_EMAIL_INVALID. @returns the address, unchanged. */
export function parseEmail(address: string): string {
  if (!EMAIL.test(address)) {
    throw new SextantError('SEXTANT_USER_EMAIL_INVALID', {
      what: 'The email address is malformed.',
      fix: 'Give an address such as ada@example.com.',
    });
  }
  return address;
}

/** The addresses of users. One that its owner has proved is one user's; one that nobody proved may be claimed by several. */
export class Emails {
  constructor(
    private readonly db: Storage,
    private readonly events: Events,
    private readonly clock: Clock,
    /** Addresses that a person may add before they are proved. */
    private readonly mostUnproved: () => number,
  ) {}

  /** The primary address of each user first. */
  async ofUsers(userIds: readonly number[]): Promise<readonly UserEmail[]> {
    return new UserStore(this.db).emails(userIds);
  }

  async byVerified(addresses: readonly string[]): Promise<ReadonlyMap<string, User>> {
    return new UserStore(this.db).byVerifiedEmails(addresses);
  }

  async add(userId: number, email: NewEmail): Promise<void> {
    await this.#change(userId, async (tx) => {
      const [row] = await tx.query<{ count: number; unproved: number; admin: boolean }>(
        `select count(*)::int as count, (count(*) filter (where verified_at is null))::int as unproved,
         (select site_admin from users where id = $1) as admin from emails where user_id = $1`,
        [userId],
      );
      if (!email.verified && !row?.admin && (row?.unproved ?? 0) >= this.mostUnproved())
        throw new SextantError('SEXTANT_USER_EMAIL_UNPROVED_LIMIT', {
          what: `The user has ${row?.unproved ?? 0} email addresses that are not proved yet; ${this.mostUnproved()} are allowed.`,
          fix: 'Open the links that were mailed there, or remove some first.',
        });
      if ((row?.count ?? 0) >= MOST)
        throw new SextantError('SEXTANT_USER_EMAIL_LIMIT', { what: `The user has ${MOST} email addresses.`, fix: 'Remove some first.' });
      await Emails.insert(tx, userId, email, this.clock.now());
    });
  }

  async setVerified(userId: number, address: string, verified: boolean): Promise<void> {
    await this.#change(userId, async (tx) => {
      const folded = await own(tx, userId, address);
      if (verified && (await provedByAnother(tx, userId, folded))) throw taken();
      await tx.query('update emails set verified_at = case when $3 then coalesce(verified_at, $4) end where user_id = $1 and folded = $2', [
        userId,
        folded,
        verified,
        this.clock.now(),
      ]);
    });
  }

  async setPrimary(userId: number, address: string): Promise<void> {
    await this.#change(userId, async (tx) => {
      const folded = await own(tx, userId, address);
      // It is told to programs as the user's, and anybody may give any address as theirs.
      const proved = await tx.query('select 1 from emails where user_id = $1 and folded = $2 and verified_at is not null', [
        userId,
        folded,
      ]);
      if (proved.length === 0) throw unproved();
      await tx.query('update emails set is_primary = (folded = $2) where user_id = $1', [userId, folded]);
    });
  }

  /** Another address of the user becomes the primary one: a proved one, the oldest. */
  async remove(userId: number, address: string): Promise<void> {
    await this.#change(userId, async (tx) => {
      const folded = await own(tx, userId, address);
      await tx.query('delete from emails where user_id = $1 and folded = $2', [userId, folded]);
      await tx.query(
        `update emails set is_primary = true where user_id = $1 and not exists (select 1 from emails where user_id = $1 and is_primary)
         and folded = (select folded from emails where user_id = $1 order by verified_at is null, created_at, folded limit 1)`,
        [userId],
      );
    });
  }

  /** The first address of a user is the primary one. */
  static async insert(tx: Tx, userId: number, email: NewEmail, now: Date): Promise<void> {
    parseEmail(email.address);
    const added = await tx.query(
      `insert into emails (user_id, folded, email, is_primary, verified_at, created_at)
       values ($1, $2, $3, not exists (select 1 from emails where user_id = $1 and is_primary), $4, $5) on conflict do nothing returning folded`,
      [userId, email.address.toLowerCase(), email.address, email.verified ? now : null, now],
    );
    if (added.length === 0) throw taken();
  }

  async #change(userId: number, work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const user = await tx.query('select 1 from users where id = $1 and deleted_at is null for update', [userId]);
      if (user.length === 0)
        throw new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Check the user name or id.' });
      await work(tx);
      await this.events.publish(userChanged, { userId }, { tx });
    });
  }
}

/** The address in the form in which addresses are compared. */
async function own(tx: Queryable, userId: number, address: string): Promise<string> {
  const folded = address.toLowerCase();
  const rows = await tx.query('select 1 from emails where user_id = $1 and folded = $2', [userId, folded]);
  if (rows.length > 0) return folded;
  throw new SextantError('SEXTANT_USER_EMAIL_UNKNOWN', { what: 'The user has no such email address.', fix: 'Add it first.' });
}

async function provedByAnother(tx: Queryable, userId: number, folded: string): Promise<boolean> {
  const rows = await tx.query('select 1 from emails where folded = $1 and verified_at is not null and user_id <> $2', [folded, userId]);
  return rows.length > 0;
}

const unproved = (): SextantError =>
  new SextantError('SEXTANT_USER_EMAIL_UNPROVED', {
    what: 'The email address is not proved yet.',
    fix: 'Open the link that was mailed there, or ask for another one.',
  });

const taken = (): SextantError =>
  new SextantError('SEXTANT_USER_EMAIL_TAKEN', { what: 'The email address belongs to another user.', fix: 'Use another address.' });
