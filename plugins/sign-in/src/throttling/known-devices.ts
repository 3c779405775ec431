import type { Clock, Queryable, Storage } from '@sextant/sdk';
import { hashOf, newUnguessable } from '../unguessable.js';

export interface KnownDevice {
  /** As hexadecimal; of the text that its cookie carries at present. */
  readonly id: string;
  readonly userId: number;
}

export const DEVICE_COOKIE = 'sgs-device';
/** Milliseconds; browsers keep no cookie longer. */
export const DEVICE_LASTS = 400 * 86_400_000;
const MOST_PER_USER = 20;

/**
 * Browsers in which somebody has signed in. Their cookie is no credential: who has it may try passwords of that one account without waiting for what strangers did,
 * and nothing else. Each sign-in replaces it, so that a copy of an older one is worth nothing.
 */
export class KnownDevices {
  constructor(private readonly parts: { readonly db: Storage; readonly clock: Clock }) {}

  /** @param text what the browser sent */
  async find(text: string | undefined): Promise<KnownDevice | undefined> {
    const hash = text === undefined ? undefined : hashOf(text);
    if (!hash) return undefined;
    const { db, clock } = this.parts;
    const [row] = await db.query<{ user_id: number }>('SELECT user_id FROM known_devices WHERE hash = $1 AND last_used_at > $2', [
      hash,
      new Date(clock.now().getTime() - DEVICE_LASTS),
    ]);
    return row && { id: hash.toString('hex'), userId: row.user_id };
  }

  /** @param before what the browser sent, which is good for nothing any more. @returns what its cookie carries from now on. */
  async remember(userId: number, before: string | undefined): Promise<string> {
    const { db, clock } = this.parts;
    const text = newUnguessable();
    const now = clock.now();
    await db.transaction(async (tx) => {
      await tx.query('DELETE FROM known_devices WHERE hash = $1 OR (user_id = $2 AND last_used_at <= $3)', [
        before === undefined ? undefined : hashOf(before),
        userId,
        new Date(now.getTime() - DEVICE_LASTS),
      ]);
      await tx.query('INSERT INTO known_devices (hash, user_id, last_used_at) VALUES ($1, $2, $3)', [hashOf(text), userId, now]);
      await tx.query(
        `DELETE FROM known_devices WHERE hash IN
         (SELECT hash FROM known_devices WHERE user_id = $1 ORDER BY last_used_at DESC, hash OFFSET ${MOST_PER_USER})`,
        [userId],
      );
    });
    return text;
  }
}

/** Whoever ends all sessions, or changes the password, trusts no device any more. */
export async function forgetDevices(db: Queryable, userId: number): Promise<void> {
  await db.query('DELETE FROM known_devices WHERE user_id = $1', [userId]);
}
