import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Queryable, Secrets } from '@sextant/sdk';
import { type ChainHead, formatHead } from './chain-hash.js';

/** What a signature is for: one of a checkpoint is none of a head. */
export type Signed = 'head' | 'checkpoint';

/**
 * Signs where the chain ends. The key stands sealed in the database, so that who has the database alone, and not the key file, can neither cut the
 * chain nor write it anew.
 */
export class ChainKey {
  private constructor(private readonly key: string) {}

  /** Undefined when none was made yet. @throws SEXTANT_SECRETS_UNREADABLE when the key file is not the one it was sealed with. */
  static async read(db: Queryable, secrets: Secrets): Promise<ChainKey | undefined> {
    const [row] = await db.query<{ sealed: string }>('select sealed from audit_key');
    return row && new ChainKey(secrets.open(row.sealed).reveal());
  }

  /** In place of any before it. */
  static async make(db: Queryable, secrets: Secrets): Promise<ChainKey> {
    const key = randomBytes(32).toString('base64');
    await db.query('insert into audit_key (sealed) values ($1) on conflict (only_row) do update set sealed = excluded.sealed', [
      secrets.seal(key),
    ]);
    return new ChainKey(key);
  }

  sign(what: Signed, head: ChainHead): Buffer {
    return createHmac('sha256', Buffer.from(this.key, 'base64'))
      .update(`sextant audit ${what} ${formatHead(head)}`)
      .digest();
  }

  hasSigned(what: Signed, head: ChainHead, signature: Buffer | null): boolean {
    const own = this.sign(what, head);
    return signature !== null && signature.length === own.length && timingSafeEqual(signature, own);
  }
}
