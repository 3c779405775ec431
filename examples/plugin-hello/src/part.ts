import { core, definePart } from '@sextant/sdk';
import { config, Greetings, greet } from './greetings.js';

export default definePart(config)({
  deps: { db: core.storage, jobs: core.jobs },
  create: ({ db, jobs }) => ({ greetings: new Greetings(db), jobs }),
  register(r) {
    r.graphql(() => import('./graphql.js'));
    r.job(greet, ({ greetings }, { name }, job) => greetings.add(`${job.config.word}, ${name}!`));
  },
});
