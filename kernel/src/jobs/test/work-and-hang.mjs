// Takes one job and never ends it, so that a test can kill this worker. Uses the built kernel, as it ships.
import { defineJob, z } from '@sextant/sdk';
import { Boundary } from '../../../dist/boundary/boundary.js';
import { JobsService } from '../../../dist/jobs/jobs-service.js';
import { Databases } from '../../../dist/storage/databases.js';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const databases = new Databases({ main: process.env.DSN, log, applicationName: 'doomed' });
const boundary = new Boundary({ failed() {}, allows: () => true });
const service = new JobsService({ databases, boundary, log, instance: 'doomed', heartbeat: 100 });
service.handle('worker', defineJob('worker.do-work', { payload: z.object({}) }), () => {
  process.send('running');
  return new Promise(() => undefined);
});
await service.start({ work: true, schedule: false });
