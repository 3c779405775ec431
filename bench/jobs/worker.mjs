// Run by forked(): a kernel with one plugin whose job does nothing, enqueued many times.
import { core, defineJob, definePart, definePlugin, z } from '@sextant/sdk';
import { kernelOf } from '../harness/kernel-of.mjs';
import { percentile } from '../harness/measure.mjs';

const { dataDir, jobs: count, concurrency } = JSON.parse(process.argv[2]);
const nothing = defineJob('bench-jobs.do-nothing', { payload: z.object({ at: z.number() }) });
let done = 0;
let waits = [];
let finished = () => {};

const plugin = definePlugin({
  id: 'bench-jobs',
  version: '1.0.0',
  title: 'Jobs',
  summary: 'Does nothing, often.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    worker: async () => ({
      default: definePart()({
        deps: { jobs: core.jobs, db: core.storage },
        register(r) {
          r.storage({ migrations: async () => [] });
          r.job(nothing, async ({ at }) => {
            waits.push(performance.now() - at);
            if (++done === count) finished();
          });
        },
      }),
    }),
  },
});

const kernel = await kernelOf({ plugins: [plugin], dataDir, config: { jobs: { concurrency } } });
await kernel.start();
const jobs = kernel.service(core.jobs, 'bench-jobs');
const storage = kernel.service(core.storage, 'bench-jobs');

async function batch(enqueueAll) {
  done = 0;
  waits = [];
  const all = new Promise((resolve) => {
    finished = resolve;
  });
  const begun = performance.now();
  await enqueueAll();
  const enqueued = performance.now();
  await all;
  const ended = performance.now();
  return { enqueue: (count * 1000) / (enqueued - begun), whole: (count * 1000) / (ended - begun) };
}

const inTransaction = () =>
  storage.transaction(async (tx) => {
    for (let i = 0; i < count; i++) await jobs.enqueue(nothing, { at: performance.now() }, { tx });
  });

async function oneByOne(times) {
  const latencies = [];
  for (let i = 0; i < times; i++) {
    done = count - 1;
    waits = [];
    const one = new Promise((resolve) => {
      finished = resolve;
    });
    await jobs.enqueue(nothing, { at: performance.now() });
    await one;
    latencies.push(...waits);
  }
  return latencies;
}

await batch(inTransaction);
const figures = await batch(inTransaction);
const latencies = await oneByOne(Math.min(count, 100));
await kernel.stop();
process.send({ ...figures, p50: percentile(latencies, 50), p95: percentile(latencies, 95) });
process.on('message', () => process.exit(0));
