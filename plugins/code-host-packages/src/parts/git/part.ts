import { mirrorMakers } from '@sextant/plugin-git/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { packagesMaker } from '../../packages-maker.js';

export default definePart(config)({
  deps: { http: core.http, clock: core.clock },
  register(r) {
    r.contribute(mirrorMakers, ({ http, clock }, ctx) =>
      packagesMaker({ http, sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal), limits: () => ctx.config.get() }),
    );
  },
});
