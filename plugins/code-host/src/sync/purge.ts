import type { Events, Storage } from '@sextant/sdk';
import { repositoriesChanged } from '../api.js';

const BATCH = 200;

/** Removes the records of repositories that have been gone for `ttl` milliseconds. @returns how many. Their ids are never given again. */
export async function purgeDeleted(db: Storage, events: Pick<Events, 'publish'>, ttl: number, signal: AbortSignal): Promise<number> {
  for (let purged = 0; ; ) {
    signal.throwIfAborted();
    const ids = await db.transaction(async (tx) => {
      const rows = await tx.query<{ id: number }>(
        `DELETE FROM repositories WHERE id IN (
           SELECT id FROM repositories WHERE deleted_at < now() - $1::double precision * interval '1 millisecond' ORDER BY deleted_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
         RETURNING id`,
        [ttl],
      );
      if (rows.length > 0) await events.publish(repositoriesChanged, { ids: rows.map((row) => row.id), reason: 'purged' }, { tx });
      return rows;
    });
    purged += ids.length;
    if (ids.length < BATCH) return purged;
  }
}
