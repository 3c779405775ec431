import type { Queryable } from '@sextant/sdk';

/** A grant, by its hash, and all that was given out by it. */
export async function endGrant(db: Queryable, grant: Buffer): Promise<void> {
  await db.query(`DELETE FROM artifacts WHERE grant_id = $1 OR (model = 'Grant' AND id = $1)`, [grant]);
}
