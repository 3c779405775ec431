import { core, definePart } from '@sextant/sdk';
import { pinCounts } from '../api.js';
import { config } from '../config.js';
import { announceAll, announcePin } from '../jobs.js';
import { makePinCounts } from '../pin-counts.js';
import { storage } from '../storage.js';

export default definePart(config)({
  deps: { db: core.storage, jobs: core.jobs, http: core.http },
  register(r) {
    r.storage(storage);
    r.provide(pinCounts, makePinCounts);
    r.job(announcePin, async ({ id }, { db, http }, job) => {
      const { announceTo, announceToken, longestText } = job.config;
      if (!announceTo) return;
      const [pin] = await db.query<{ text: string }>('SELECT text FROM pins WHERE id = $1', [id]);
      if (!pin || Buffer.byteLength(pin.text) > longestText) return;
      job.progress(`announcing pin ${id}`);
      const response = await http.fetch(announceTo, {
        method: 'POST',
        body: pin.text,
        signal: job.signal,
        headers: announceToken ? { authorization: `Bearer ${announceToken.reveal()}` } : {},
      });
      await response.body?.cancel();
      if (response.status === 429) return job.retryLater('the other side asks for patience', { after: 60_000 });
      if (!response.ok) throw new Error(`the announcement was answered with ${response.status}`);
    });
    r.job(announceAll, async (_payload, { db, jobs }) => {
      const pins = await db.query<{ id: number }>('SELECT id FROM pins ORDER BY id DESC LIMIT 1000');
      const entries = pins.map(({ id }) => ({ payload: { id }, options: { key: String(id), onConflict: 'keep' as const } }));
      await jobs.enqueueMany(announcePin, entries);
    });
    r.schedule({ id: 'announce', every: (c) => c.every, job: announceAll });
    r.health('database', async ({ db }) => {
      const [row] = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM pins');
      return (row?.n ?? 0) < 1_000_000 ? { status: 'up' } : { status: 'degraded', reason: 'There are more than a million pins.' };
    });
  },
});
