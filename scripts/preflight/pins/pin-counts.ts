import type { Storage } from '@sextant/sdk';
import type { PinCounts } from './api.js';

/** One function for every part that provides it: the service of several roles needs the very same one. */
export const makePinCounts = ({ db }: { readonly db: Storage }): PinCounts => ({
  async counts({ repositories }) {
    const rows = await db.query<{ id: number; n: number }>(
      'SELECT repository_id AS id, count(*)::int AS n FROM pins WHERE repository_id = ANY($1::int[]) GROUP BY 1',
      [repositories],
    );
    const found = new Map(rows.map(({ id, n }) => [id, n]));
    return repositories.map((id) => found.get(id) ?? 0);
  },
  async *texts() {
    let after = 0;
    for (;;) {
      const rows = await db.query<{ id: number; text: string }>('SELECT id, text FROM pins WHERE id > $1 ORDER BY id LIMIT 100', [after]);
      for (const { text } of rows) yield text;
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  },
});
