import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { applyGroup } from '../../groups/jobs.js';
import { storage } from '../../storage/definition.js';
import { mirrorOf, workerDeps } from '../../wiring.js';

export default definePart(config)({
  deps: workerDeps,
  register(r) {
    r.storage(storage);
    r.job(applyGroup, ({ id, directoryId }, d, job) => mirrorOf(d).applyWhole(id, directoryId, job.signal));
  },
});
