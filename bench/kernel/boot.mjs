// Run by forked() with --expose-gc: one boot with some plugins, some toggles, one stop.

import { kernelOf } from '../harness/kernel-of.mjs';
import { median } from '../harness/measure.mjs';
import { nameOf, syntheticPlugins } from './synthetic-plugins.mjs';

const { dataDir, plugins: count, toggles } = JSON.parse(process.argv[2]);
const kernel = await kernelOf({ plugins: syntheticPlugins(count), dataDir });

const composed = [];
const compose = kernel.graphql.compose.bind(kernel.graphql);
kernel.graphql.compose = (parts) => {
  const composition = compose(parts);
  if (composition.rejected.length > 0) throw composition.rejected[0].error;
  composed.push(composition.duration);
  return composition;
};

const begun = performance.now();
await kernel.start();
const start = performance.now() - begun;
const states = kernel.switchboard.list().filter(({ state }) => state !== 'active');
if (states.length > 0) throw new Error(`Not active: ${states.map(({ id, reason }) => `${id} (${reason})`).join(', ')}`);
const firstCompose = composed.splice(0).at(-1);

globalThis.gc();
const { rss, heapUsed } = process.memoryUsage();

const disable = [];
const enable = [];
// The last plugin has no dependents: the figures are of one plugin, not of a subtree.
for (let i = 0; i < toggles; i++) {
  let at = performance.now();
  await kernel.switchboard.disable(nameOf(count - 1));
  disable.push(performance.now() - at);
  at = performance.now();
  await kernel.switchboard.enable(nameOf(count - 1));
  enable.push(performance.now() - at);
}
globalThis.gc();
const heapAfter = process.memoryUsage().heapUsed;
await kernel.stop();
process.send({
  start,
  compose: firstCompose,
  recompose: median(composed),
  disable: median(disable),
  enable: median(enable),
  rss,
  heapUsed,
  heapGrowth: heapAfter - heapUsed,
});
process.on('message', () => process.exit(0));
