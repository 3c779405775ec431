import { forked } from './harness/forked.mjs';
import { interleaved, median } from './harness/measure.mjs';

export const title = 'background jobs that do nothing, on the embedded database';

export async function run({ tiny, runs, folder, progress }) {
  const dataDir = folder('data');
  const jobs = tiny ? 50 : 1_000;
  const work = (concurrency) => async (round) => {
    progress(`round ${round + 1}, concurrency ${concurrency}`);
    const child = forked(new URL('./jobs/worker.mjs', import.meta.url), { dataDir, jobs, concurrency });
    const figures = await child.next();
    await child.stop();
    return figures;
  };
  const samples = await interleaved(runs(3), { usual: work(4), wide: work(16) });
  const row = (measure, subject, figure, unit) => {
    const of = samples[subject].map((sample) => sample[figure]);
    return { measure, value: median(of), unit, samples: of };
  };
  return [
    row('enqueue, one transaction', 'usual', 'enqueue', 'jobs/s'),
    row('enqueued and run, concurrency 4', 'usual', 'whole', 'jobs/s'),
    row('enqueued and run, concurrency 16', 'wide', 'whole', 'jobs/s'),
    row('enqueue to handler, queue empty, p50', 'usual', 'p50', 'ms'),
    row('enqueue to handler, queue empty, p95', 'usual', 'p95', 'ms'),
  ];
}
