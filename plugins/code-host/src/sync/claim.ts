import type { Storage } from '@sextant/sdk';

/** Milliseconds after which a connection is due again whose process died in a sync. */
const CLAIM = 15 * 60_000;

/** The connection is not due until this is disposed of, however long that takes. */
export async function claim(db: Storage, connectionId: number): Promise<AsyncDisposable> {
  const write = (): Promise<unknown> =>
    db.query(`UPDATE connections SET next_sync_at = now() + $2::double precision * interval '1 millisecond' WHERE id = $1`, [
      connectionId,
      CLAIM,
    ]);
  await write();
  let renewed: Promise<unknown> = Promise.resolve();
  const renew = (): void => {
    // One that fails is made up for by the next.
    renewed = write().catch(() => undefined);
  };
  const timer = setInterval(renew, CLAIM / 3).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      // It must not come after what is written at the end of the sync.
      await renewed;
    },
  };
}
