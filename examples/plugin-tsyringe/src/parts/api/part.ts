import { core, definePart } from '@sextant/sdk';
import { classes } from '@sextant/sdk/tsyringe';
import { greeter } from '../../api.js';
import { TimelyGreeter } from '../../timely-greeter.js';
import { deps } from './deps.js';

export default definePart()({
  deps,
  register(r) {
    r.provide(greeter, classes({ deps: { clock: core.clock }, entry: TimelyGreeter }));
    r.graphql(() => import('./graphql.js'));
  },
});
