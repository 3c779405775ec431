import { repositories, repositoriesChanged } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { sweepNotes } from '../jobs.js';
import { storage } from '../storage.js';

export default definePart()({
  deps: { db: core.storage, jobs: core.jobs, events: core.events, actors: core.actor, repositories },
  register(r) {
    r.storage(storage);
    r.job(sweepNotes, async (_payload, { db, actors, repositories }) => {
      const noted = (await db.query<{ id: number }>('SELECT DISTINCT repository_id AS id FROM notes')).map(({ id }) => id);
      // As Sextant itself: what one person may not see is there all the same, and what is deleted may come back until it is purged.
      const found = await repositories.list(actors.internal(), { ids: noted, includeDeleted: true }, { limit: noted.length });
      const there = new Set(found.map(({ id }) => id));
      await db.query('DELETE FROM notes WHERE repository_id = ANY($1::int[])', [noted.filter((id) => !there.has(id))]);
    });
    r.schedule({ id: 'sweep', cron: '41 3 * * *', job: sweepNotes });
    r.start(({ jobs, events }, ctx) => {
      const subscription = events.subscribe(repositoriesChanged, async ({ reason }) => {
        if (reason === 'purged') await jobs.enqueue(sweepNotes, {}, { key: 'purged' });
      });
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
    });
  },
});
