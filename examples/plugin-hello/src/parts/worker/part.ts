import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { greetingFor } from '../../greeting.js';
import { forgetGreetings, greetPerson } from '../../jobs.js';
import { storage } from '../../storage/definition.js';
import { Greeting } from '../../storage/greeting.entity.js';

export default definePart(config)({
  deps: { db: core.storage },
  register(r) {
    r.storage(storage);
    r.job(greetPerson, async ({ name }, { db }, job) => {
      await db.repository(Greeting).insert({ name, text: greetingFor(job.config.word, name) });
    });
    r.job(forgetGreetings, async (_payload, { db }, job) => {
      await db.query(`DELETE FROM greetings WHERE greeted_at < now() - $1 * interval '1 millisecond'`, [job.config.keepFor]);
    });
    r.schedule({ id: 'forget', cron: '17 * * * *', job: forgetGreetings });
  },
});
