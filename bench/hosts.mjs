import { forked } from './harness/forked.mjs';
import { interleaved, percentile } from './harness/measure.mjs';

export const title = 'very many repositories, and very many connections, of fake hosts';

const HOUR = 3_600_000;
/** Entries of a page, and milliseconds of the host's time that an answer takes: fast enough to be too fast for its limit of a minute. */
const PAGE = 4;
const ANSWER = 50;

export async function run({ tiny, folder, note, progress, options: { only } }) {
  const parts = { limits, pushed, broken };
  const rows = [];
  for (const [name, part] of Object.entries(parts))
    if (!only || only.includes(name)) rows.push(...(await part({ tiny, folder, note, progress })));
  return rows;
}

/**
 * One connection to a host that allows so many requests an hour, and so many a minute, on a simulated clock. Its pages are short, so that the list takes
 * hours of its time.
 */
async function limits({ tiny, folder, note, progress }) {
  const repositories = tiny ? 1_000 : 50_000;
  const requestsPerHour = tiny ? 100 : 5_000;
  progress(`${repositories} repositories`);
  const { done, moments, served, refused, start, end, realSeconds } = await large({ repositories, requestsPerHour, pushed: 0 }, folder);
  const off = (part) => (100 * Math.abs(moments[part].expectedAt - end)) / (end - moments[part].at);
  const label = `${repositories.toLocaleString('en')} repositories`;
  note(
    `${label}: the host is a fake with ${requestsPerHour.toLocaleString('en')} requests an hour and 900 a minute, pages of ${PAGE} and answers after ${ANSWER} ms of its time; ${Math.round(realSeconds)} s of real time.`,
  );
  return [
    { measure: `${label}: listed`, value: done.reposAdded, unit: '', goal: { atLeast: repositories } },
    { measure: '  simulated time', value: (end - start) / HOUR, unit: 'h' },
    { measure: '  requests answered', value: served, unit: '' },
    { measure: '  requests refused', value: refused, unit: '', goal: { atMost: 10 } },
    ...[0.1, 0.5, 0.9].map((part) => ({
      measure: `  end as told at ${part * 100} %: off by, of what was left`,
      value: off(part),
      unit: '%',
      goal: { atMost: 10 },
    })),
    {
      measure: '  heap at 90 %',
      value: moments[0.9].heap,
      unit: 'MB',
      peer: { name: 'at 10 %', value: moments[0.1].heap },
      goal: { of: 'ratio', atMost: 1.25 },
    },
  ];
}

/** Pushes of what stands last in the queue of clones, while the list still comes in. */
async function pushed({ tiny, folder, note, progress }) {
  const repositories = tiny ? 1_000 : 4_000;
  progress(`${repositories} repositories to clone`);
  const { positions, delays, waiting, cloned } = await large({ repositories, requestsPerHour: 5_000, pushed: tiny ? 3 : 20 }, folder);
  note(`Pushed: ${positions.length} of the last listed; ${cloned.toLocaleString('en')} clones were begun in all, one at a time.`);
  return [
    { measure: 'pushed while half of the list is there: clones waiting', value: waiting, unit: '' },
    { measure: '  others cloned before, most', value: Math.max(...positions), unit: '', goal: { atMost: 10 } },
    { measure: '  webhook to git, median', value: percentile(delays, 50), unit: 'ms', samples: delays },
    { measure: '  webhook to git, longest', value: Math.max(...delays), unit: 'ms' },
  ];
}

async function large(options, folder) {
  const child = forked(
    new URL('./hosts/large.mjs', import.meta.url),
    { dataDir: folder('data'), gitFolder: folder('git'), pageSize: PAGE, answerTime: ANSWER, ...options },
    { execArgv: ['--expose-gc'], timeout: 3_600_000 },
  );
  const figures = await child.next();
  await child.stop();
  if (figures.done.state !== 'COMPLETED') throw new Error(`The sync ended as ${figures.done.state}: ${figures.done.failureMessage}`);
  return figures;
}

/** Many connections to small hosts, some of them down: beside the same without those. */
async function broken({ tiny, folder, note, progress }) {
  const whole = tiny
    ? { good: 30, refusing: 1, hanging: 0, failing: 1, garbage: 1 }
    : { good: 949, refusing: 17, hanging: 17, failing: 16, garbage: 1 };
  const run = (figures) => async (round) => {
    progress(
      `round ${round + 1}: ${figures.good} good connections, ${figures.refusing + figures.hanging + figures.failing + figures.garbage} others`,
    );
    const child = forked(new URL('./hosts/many.mjs', import.meta.url), { dataDir: folder('data'), ...figures }, { timeout: 1_800_000 });
    const answer = await child.next();
    await child.stop();
    return answer;
  };
  const samples = await interleaved(1, {
    alone: run({ ...whole, refusing: 0, hanging: 0, failing: 0, garbage: 0 }),
    among: run(whole),
  });
  const [alone] = samples.alone;
  const [among] = samples.among;
  const others = whole.refusing + whole.hanging + whole.failing;
  note(
    `Of the others ${whole.refusing} refuse, ${whole.hanging} hang, ${whole.failing} answer 500. "alone": a run without them and without the garbage.`,
  );
  const row = (measure, figure, unit, divisor = 1, goal) => ({
    measure: `  ${measure}`,
    value: among[figure] / divisor,
    unit,
    peer: { name: 'alone', value: alone[figure] / divisor },
    ...(goal ? { goal: { of: 'ratio', atMost: goal } } : {}),
  });
  return [
    {
      measure: `${whole.good + others + whole.garbage} connections, ${others} down, ${whole.garbage} of garbage: repositories listed`,
      value: among.repositories,
      unit: '',
      goal: { atLeast: whole.good, atMost: whole.good },
    },
    row('ready', 'ready', 's', 1_000, 1.25),
    row('all good ones listed', 'synced', 's', 1_000, 1.25),
    row('event loop delay, p99', 'p99', 'ms', 1, 1.25),
    row('event loop delay, longest', 'longest', 'ms'),
    { measure: '  named as failing by then', value: among.failed, unit: '' },
  ];
}
