import { setTimeout as wait } from 'node:timers/promises';
import { forked } from './harness/forked.mjs';
import { median } from './harness/measure.mjs';
import { aRepository } from './toggle/a-repository.mjs';

export const title = 'search and highlight switched off and on under load';

const RATE = 200;

export async function run({ tiny, folder, note, progress }) {
  const toggles = tiny ? 1 : 20;
  const root = folder('repositories');
  aRepository(root);
  const child = forked(
    new URL('./toggle/server.mjs', import.meta.url),
    { dataDir: folder('data'), root, toggles },
    { execArgv: ['--expose-gc'] },
  );
  const { url } = await child.next();
  const ask = (step) => {
    child.send(step);
    return child.next();
  };
  // The pools of connections grow with the first load, and stay: that is not a leak either.
  const warm = startLoad(url, RATE);
  await wait(tiny ? 500 : 4_000);
  await warm.stop();
  const before = await ask('count');
  const load = startLoad(url, RATE);
  progress(`${toggles} rounds under ${RATE} requests a second`);
  const times = await ask('toggle');
  const { sent, failed, off, firstFailure } = await load.stop();
  const after = await ask('count');
  await child.stop();
  const rows = [
    { measure: 'requests sent', value: sent, unit: '' },
    { measure: 'requests that failed', value: failed, unit: '', goal: { atMost: 0 } },
    { measure: 'answers that the plugin is off (404)', value: off, unit: '' },
    { measure: 'switch, median', value: median(times), unit: 'ms', samples: times },
    { measure: 'switch, longest', value: Math.max(...times), unit: 'ms' },
    ...Object.keys(before).map((name) => ({
      measure: `${name} after`,
      value: after[name],
      unit: name === 'heap' ? 'MB' : '',
      peer: { name: 'before', value: before[name] },
    })),
  ];
  if (firstFailure) note(`first failure: ${firstFailure}`);
  note('Before and after are counted in the server, after a garbage collection, without load, once each plugin was switched once.');
  return rows;
}

/** Half GraphQL, half the stream. A stream that is switched off answers 404; everything else must be whole. */
function startLoad(url, rate) {
  const counts = { sent: 0, failed: 0, off: 0, firstFailure: undefined };
  const open = new Set();
  const fail = (why) => {
    counts.failed++;
    counts.firstFailure ??= String(why).slice(0, 300);
  };
  const query = JSON.stringify({ query: '{ currentUser { username } repositories(first: 5) { nodes { name } totalCount } }' });
  const graphql = async () => {
    const response = await fetch(`${url}/.api/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: query });
    const answer = await response.json();
    if (response.status !== 200 || answer.errors || !answer.data?.repositories)
      fail(`GraphQL ${response.status} ${JSON.stringify(answer.errors)}`);
  };
  const stream = async () => {
    const response = await fetch(`${url}/.api/search/stream?q=needle`);
    const text = await response.text();
    if (response.status === 404) counts.off++;
    else if (response.status !== 200 || !text.endsWith('event: done\ndata: {}\n\n')) fail(`stream ${response.status} ${text.slice(-200)}`);
  };
  const timer = setInterval(() => {
    counts.sent++;
    const request = (counts.sent % 2 === 0 ? graphql() : stream()).catch(fail);
    open.add(request);
    request.finally(() => open.delete(request));
  }, 1000 / rate);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return counts;
    },
  };
}
