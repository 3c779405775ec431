import { forked } from './harness/forked.mjs';
import { percentile } from './harness/measure.mjs';

export const title = 'very many repositories, and very many connections, of fake hosts';

const HOUR = 3_600_000;

export async function run({ tiny, folder, note, progress, options: { only } }) {
  const parts = { limits, broken };
  const rows = [];
  for (const [name, part] of Object.entries(parts)) if (!only || only.includes(name)) rows.push(...(await part({ tiny, folder, note, progress })));
  return rows;
}

/** One connection that names each repository: a request each, of which the host allows so many an hour. On a simulated clock. */
async function limits({ tiny, folder, note, progress }) {
  const repositories = tiny ? 1_000 : 50_000;
  const requestsPerHour = tiny ? 300 : 5_000;
  progress(`${repositories} repositories`);
  const child = forked(
    new URL('./hosts/large.mjs', import.meta.url),
    { dataDir: folder('data'), gitFolder: folder('git'), repositories, requestsPerHour, answerTime: 50, pushed: tiny ? 3 : 20 },
    { execArgv: ['--expose-gc'], timeout: 3_600_000 },
  );
  const { done, moments, positions, delays, waiting, served, cloned, refused, start, end, realSeconds } = await child.next();
  await child.stop();
  if (done.state !== 'COMPLETED') throw new Error(`The sync ended as ${done.state}: ${done.failureMessage}`);
  const off = (part) => (100 * Math.abs(moments[part].expectedAt - end)) / (end - moments[part].at);
  const label = `${repositories.toLocaleString('en')} repositories`;
  note(`The host is a fake with ${requestsPerHour.toLocaleString('en')} requests an hour and 900 a minute; ${Math.round(realSeconds)} s of real time.`);
  note(`Pushed while the list was half there: ${positions.length} of the last listed, with ${waiting.toLocaleString('en')} clones waiting; ${cloned.toLocaleString('en')} were begun in all.`);
  return [
    { measure: `${label}: listed`, value: done.reposAdded, unit: '', goal: { atLeast: repositories } },
    { measure: '  simulated time', value: (end - start) / HOUR, unit: 'h' },
    { measure: '  requests answered', value: served, unit: '' },
    { measure: '  requests refused', value: refused, unit: '', goal: { atMost: 15 } },
    ...[0.1, 0.5, 0.9].map((part) => ({
      measure: `  end as told at ${part * 100} %: off by, of what was left`,
      value: off(part),
      unit: '%',
      goal: { atMost: 10 },
    })),
    { measure: '  heap at 90 %', value: moments[0.9].heap, unit: 'MB', peer: { name: 'at 10 %', value: moments[0.1].heap }, goal: { of: 'ratio', atMost: 1.25 } },
    { measure: '  pushed: others cloned before, most', value: Math.max(...positions), unit: '', goal: { atMost: 10 } },
    { measure: '  pushed: webhook to git, median', value: percentile(delays, 50), unit: 'ms', samples: delays },
    { measure: '  pushed: webhook to git, longest', value: Math.max(...delays), unit: 'ms' },
  ];
}

async function broken() {
  return [];
}
