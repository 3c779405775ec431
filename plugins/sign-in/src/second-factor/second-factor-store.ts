import type { Queryable } from '@sextant/sdk';

/** A key that a browser or device keeps for a person (WebAuthn). */
export interface Passkey {
  readonly id: number;
  readonly userId: number;
  readonly credentialId: Buffer;
  readonly userHandle: Buffer;
  readonly name: string;
  /** COSE. */
  readonly publicKey: Buffer;
  /** How often the device says that it was used; 0 for one that does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** The host that it was made for, and works at. */
  readonly rpId: string;
  /** It can be found without a user name and checks who uses it, so that it signs in without a password. */
  readonly passwordless: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
}

export type NewPasskey = Omit<Passkey, 'id' | 'lastUsedAt'>;

export interface TotpState {
  readonly sealedSecret: string;
  /** Set while codes are not taken, because of wrong ones. */
  readonly lockedUntil: Date | undefined;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | undefined;
}

/** How long codes are not taken after wrong ones, in milliseconds: nothing for the first few, then twice as long with each. */
export interface TotpLockout {
  readonly free: number;
  readonly first: number;
  readonly longest: number;
}

interface PasskeyRow {
  id: string;
  user_id: number;
  credential_id: Buffer;
  user_handle: Buffer;
  name: string;
  public_key: Buffer;
  counter: string;
  transports: string[];
  rp_id: string;
  passwordless: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

interface TotpRow {
  sealed_secret: string;
  locked_until: Date | null;
  created_at: Date;
  last_used_at: Date | null;
}

const PASSKEY =
  'id, user_id, credential_id, user_handle, name, public_key, counter, transports, rp_id, passwordless, created_at, last_used_at';
const TOTP = 'sealed_secret, locked_until, created_at, last_used_at';
/** Of advisory locks, beside the user's id. */
const LOCK = 735_561;

/** Second factors as they are stored. */
export class SecondFactorStore {
  constructor(private readonly db: Queryable) {}

  /** Until the transaction ends, nobody else changes the factors of the user. */
  async lock(userId: number): Promise<void> {
    await this.db.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCK, userId]);
  }

  async has(userId: number): Promise<boolean> {
    const [row] = await this.db.query<{ found: boolean }>(
      'SELECT EXISTS (SELECT 1 FROM totp WHERE user_id = $1) OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = $1) AS found',
      [userId],
    );
    return row?.found === true;
  }

  /** By which entry of `auth.providers` a session began, and whether its person has a second factor; undefined for none. */
  async ofSession(session: number): Promise<{ readonly way: string; readonly hasFactor: boolean } | undefined> {
    const [row] = await this.db.query<{ way: string; found: boolean }>(
      `SELECT s.way, EXISTS (SELECT 1 FROM totp t WHERE t.user_id = s.user_id) OR EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = s.user_id) AS found
       FROM sessions s WHERE s.id = $1`,
      [session],
    );
    return row && { way: row.way, hasFactor: row.found };
  }

  async totp(userId: number): Promise<TotpState | undefined> {
    const [row] = await this.db.query<TotpRow>(`SELECT ${TOTP} FROM totp WHERE user_id = $1`, [userId]);
    return row && totpOf(row);
  }

  /** @returns false when there is one already. */
  async addTotp(userId: number, sealedSecret: string, step: number, now: Date): Promise<boolean> {
    const rows = await this.db.query(
      `INSERT INTO totp (user_id, sealed_secret, last_step, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING user_id`,
      [userId, sealedSecret, step, now],
    );
    return rows.length > 0;
  }

  async removeTotp(userId: number): Promise<boolean> {
    return (await this.db.query('DELETE FROM totp WHERE user_id = $1 RETURNING user_id', [userId])).length > 0;
  }

  /** Counts an attempt before it is looked at, so that many at once are no more than many in turn. @returns undefined when it may not be looked at. */
  async beginTotp(userId: number, { free, first, longest }: TotpLockout, now: Date): Promise<TotpState | undefined> {
    const [row] = await this.db.query<TotpRow>(
      `UPDATE totp SET failures = failures + 1,
         locked_until = CASE WHEN failures + 1 >= $3
           THEN $2::timestamptz + least($4 * power(2, least(failures + 1 - $3, 30)), $5) * interval '1 millisecond' END
       WHERE user_id = $1 AND (locked_until IS NULL OR locked_until <= $2) RETURNING ${TOTP}`,
      [userId, now, free, first, longest],
    );
    return row && totpOf(row);
  }

  /** Takes a code that is right. @returns false when one of this step or a later one was used before. */
  async useTotp(userId: number, step: number, now: Date): Promise<boolean> {
    const rows = await this.db.query(
      `UPDATE totp SET last_step = $2, failures = 0, locked_until = NULL, last_used_at = $3 WHERE user_id = $1 AND last_step < $2 RETURNING user_id`,
      [userId, step, now],
    );
    return rows.length > 0;
  }

  /** Oldest first. */
  async passkeys(userId: number): Promise<readonly Passkey[]> {
    return (await this.db.query<PasskeyRow>(`SELECT ${PASSKEY} FROM passkeys WHERE user_id = $1 ORDER BY id`, [userId])).map(passkeyOf);
  }

  async passkeyByCredential(credentialId: Buffer): Promise<Passkey | undefined> {
    const [row] = await this.db.query<PasskeyRow>(`SELECT ${PASSKEY} FROM passkeys WHERE credential_id = $1`, [credentialId]);
    return row && passkeyOf(row);
  }

  /** @returns false when somebody has this credential already. */
  async addPasskey(passkey: NewPasskey): Promise<boolean> {
    const { userId, credentialId, userHandle, name, publicKey, counter, transports, rpId, passwordless, createdAt } = passkey;
    const rows = await this.db.query(
      `INSERT INTO passkeys (user_id, credential_id, user_handle, name, public_key, counter, transports, rp_id, passwordless, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING id`,
      [userId, credentialId, userHandle, name, publicKey, counter, transports, rpId, passwordless, createdAt],
    );
    return rows.length > 0;
  }

  /** @returns false when the counter did not go up meanwhile, or the passkey is gone. Devices that do not count stay at 0. */
  async usePasskey(id: number, counter: number, now: Date): Promise<boolean> {
    const rows = await this.db.query(
      'UPDATE passkeys SET counter = $2, last_used_at = $3 WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING id',
      [id, counter, now],
    );
    return rows.length > 0;
  }

  async renamePasskey(userId: number, id: number, name: string): Promise<boolean> {
    return (
      (await this.db.query('UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2 RETURNING id', [userId, id, name])).length > 0
    );
  }

  async removePasskey(userId: number, id: number): Promise<boolean> {
    return (await this.db.query('DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING id', [userId, id])).length > 0;
  }

  /** In place of those before. */
  async setRecoveryCodes(userId: number, hashes: readonly Buffer[]): Promise<void> {
    await this.db.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
    await this.db.query('INSERT INTO recovery_codes (user_id, hash) SELECT $1, unnest($2::bytea[])', [userId, hashes]);
  }

  /** Of several who use it at once, one. */
  async useRecoveryCode(userId: number, hash: Buffer, now: Date): Promise<boolean> {
    const rows = await this.db.query(
      'UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL RETURNING user_id',
      [userId, hash, now],
    );
    return rows.length > 0;
  }

  /** How many are unused. */
  async recoveryCodes(userId: number): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL',
      [userId],
    );
    return row?.count ?? 0;
  }

  async removeAll(userId: number): Promise<void> {
    for (const table of ['totp', 'passkeys', 'recovery_codes']) await this.db.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
  }

  async removeRecoveryCodes(userId: number): Promise<void> {
    await this.db.query('DELETE FROM recovery_codes WHERE user_id = $1', [userId]);
  }
}

const totpOf = (row: TotpRow): TotpState => ({
  sealedSecret: row.sealed_secret,
  lockedUntil: row.locked_until ?? undefined,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
});

const passkeyOf = (row: PasskeyRow): Passkey => ({
  id: Number(row.id),
  userId: row.user_id,
  credentialId: row.credential_id,
  userHandle: row.user_handle,
  name: row.name,
  publicKey: row.public_key,
  counter: Number(row.counter),
  transports: row.transports,
  rpId: row.rp_id,
  passwordless: row.passwordless,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
});
