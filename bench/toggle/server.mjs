import { setTimeout as wait } from 'node:timers/promises';
import { builtinPlugins } from '@sextant/preset';
import { kernelOf } from '../harness/kernel-of.mjs';

const { dataDir, root, toggles } = JSON.parse(process.argv[2]);
const kernel = await kernelOf({ plugins: builtinPlugins, dataDir, config: { plugins: { 'code-host': { localPaths: [root] } } } });
await kernel.start();

const request = (path) => fetch(`${kernel.url}${path}`).then((response) => response.text());
while (
  !(await request('/.api/search/stream?q=needle')).includes('"matches"') &&
  !(await request('/.api/search/stream?q=needle')).includes('event: matches')
)
  await wait(100);

const count = async () => {
  await wait(1_500); // What drains in the background has drained.
  for (let i = 0; i < 3; i++) globalThis.gc();
  const resources = process.getActiveResourcesInfo();
  return {
    timers: resources.filter((name) => name === 'Timeout').length,
    handles: resources.filter((name) => !['Timeout', 'TCPSocketWrap'].includes(name)).length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    'schema types': kernel.graphql.figures.types,
    heap: process.memoryUsage().heapUsed / 1_000_000,
  };
};
const times = [];
const toggle = async (id) => {
  for (const verb of ['disable', 'enable']) {
    const begun = performance.now();
    await kernel.switchboard[verb](id);
    times.push(performance.now() - begun);
  }
};

const STEPS = {
  // Once before the counting: what is made at first use and kept is not a leak.
  count: async () => {
    for (const id of ['search', 'highlight']) await toggle(id);
    times.length = 0;
    await request('/.api/search/stream?q=needle');
    return count();
  },
  toggle: async () => {
    for (let i = 0; i < toggles; i++) for (const id of ['search', 'highlight']) await toggle(id);
    return [...times];
  },
  stop: async () => {
    await kernel.stop();
    process.exit(0);
  },
};
process.on('message', async (step) => process.send(await STEPS[step]()));
process.send({ url: kernel.url });
