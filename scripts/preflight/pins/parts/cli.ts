import { core, definePart, z } from '@sextant/sdk';
import { config } from '../config.js';
import { storage } from '../storage.js';

export default definePart(config)({
  deps: { db: core.storage },
  register(r) {
    r.storage(storage);
    r.command({
      name: 'pins list',
      summary: 'List the newest pins.',
      arguments: z.object({ limit: z.coerce.number().int().min(1).max(500).default(20).describe('how many') }),
      async run({ limit }: { limit: number }, { db }, { out }) {
        const pins = await db.query<{ id: number; text: string }>('SELECT id, text FROM pins ORDER BY id DESC LIMIT $1', [limit]);
        for (const { id, text } of pins) out.line(`${id}  ${text}`);
        out.json(pins);
        return 0;
      },
    });
  },
});
