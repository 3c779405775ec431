import { core, definePart } from '@sextant/sdk';
import { classes } from '@sextant/sdk/tsyringe';
import { greeter } from './api.js';
import { TimelyGreeter } from './timely-greeter.js';

export default definePart()({
  deps: { clock: core.clock },
  create: classes(TimelyGreeter),
  register(r) {
    r.provide(greeter, (timelyGreeter) => timelyGreeter);
    r.graphql(() => import('./graphql.js'));
  },
});
