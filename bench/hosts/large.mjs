// Run by forked(): a whole kernel that lists a fake host of very many repositories, and clones them if it is to, on a simulated clock.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { builtinPlugins } from '@sextant/preset';
import { kernelOf } from '../harness/kernel-of.mjs';
import { until } from '../harness/measure.mjs';
import { aRepository } from '../toggle/a-repository.mjs';
import { FakeLargeHost } from './fake-large-host.mjs';
import { SimulatedClock } from './simulated-clock.mjs';

const { dataDir, gitFolder, repositories, pageSize, requestsPerHour, answerTime, pushed } = JSON.parse(process.argv[2]);
const SECRET = 'bench-webhook-secret';
/** Repositories near the end of the list so far may not be stored yet. */
const BATCHES = 400;

const LEFT_OUT = ['search', 'highlight', ...(pushed > 0 ? [] : ['git'])];
const requests = Math.ceil(repositories / pageSize);
aRepository(gitFolder);
execFileSync('git', ['clone', '-q', '--bare', join(gitFolder, 'one'), join(gitFolder, 'one.git')]);

const clock = new SimulatedClock();
const host = await FakeLargeHost.start({ clock, count: repositories, pageSize, requestsPerHour, answerTime, gitFolder });
const kernel = await kernelOf({
  plugins: builtinPlugins.filter(({ id }) => !LEFT_OUT.includes(id)),
  dataDir,
  clock,
  config: {
    plugins: {
      // One at a time: the queue of clones, which is what is looked at, grows long at once.
      ...(pushed > 0 ? { git: { maxConcurrentClones: 1 } } : {}),
      'code-host': {
        repoListUpdateInterval: '24h',
        connections: [{ kind: 'GITHUB', displayName: 'Large', config: { url: `${host.url}/`, token: 'bench', orgs: ['large'] } }],
      },
    },
  },
});

async function graphql(query, variables = {}) {
  const response = await fetch(`${kernel.url}/.api/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
const sync = async () =>
  (await graphql('{ externalServices { nodes { syncJobs(first: 1) { nodes { state expectedAt failureMessage reposAdded } } } } }'))
    .externalServices.nodes[0].syncJobs.nodes[0];

/** Figures by the part of the list that is there. */
const moments = {};
async function look(part) {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  const { expectedAt } = await sync();
  console.error(`  ${part * 100} % after ${Math.round((performance.now() - begun) / 1000)} s`);
  moments[part] = { at: clock.now().getTime(), expectedAt: Date.parse(expectedAt ?? ''), heap: (heapUsed + external) / 1e6 };
}

/** What became of the pushes. */
const positions = [];
const delays = [];
let waiting = 0;
let pushes = Promise.resolve();
async function push() {
  const { createWebhook } = await graphql(
    'mutation($urn: String!, $secret: String) { createWebhook(name: "Large", codeHostKind: "GITHUB", codeHostURN: $urn, secret: $secret) { url } }',
    { urn: `${host.url}/`, secret: SECRET },
  );
  const address = `${kernel.url}${new URL(createWebhook.url).pathname}`;
  const listed = host.served * pageSize;
  waiting = listed - host.cloned.length;
  const known = new Set(host.cloned);
  // Those that the queue holds last.
  const last = listed - BATCHES;
  const numbers = Array.from({ length: last }, (_, i) => last - 1 - i)
    .filter((i) => !known.has(FakeLargeHost.nameOf(i)))
    .slice(0, pushed);
  const missing = new Map();
  const all = new Promise((resolve) => {
    host.onClone = (name) => {
      const delivery = missing.get(name);
      if (!delivery) return;
      missing.delete(name);
      delays.push(performance.now() - delivery.at);
      positions.push(host.cloned.slice(delivery.before).filter((one) => !numbers.some((i) => FakeLargeHost.nameOf(i) === one)).length);
      if (positions.length === numbers.length) resolve();
    };
  });
  for (const number of numbers) {
    missing.set(FakeLargeHost.nameOf(number), { at: performance.now(), before: host.cloned.length });
    const body = JSON.stringify({ repository: { node_id: `R_${number}` } });
    const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': `bench-${number}`,
      'x-hub-signature-256': signature,
    };
    const response = await fetch(address, { method: 'POST', headers, body });
    if (response.status >= 300) throw new Error(`The webhook answered ${response.status}: ${await response.text()}`);
  }
  await all;
}

let failure;
const at = (part, work) =>
  host.moments.set(Math.round(requests * part), () =>
    work().catch((error) => {
      failure ??= error;
    }),
  );
at(0.1, () => look(0.1));
at(0.5, async () => {
  await look(0.5);
  // The list goes on meanwhile.
  if (pushed === 0) return;
  pushes = push();
  pushes.catch(() => {});
});
at(0.9, () => look(0.9));

const begun = performance.now();
const start = clock.now().getTime();
await kernel.start();
const done = await until(
  async () => {
    if (failure) throw failure;
    const { state, ...figures } = (await sync()) ?? {};
    return ['COMPLETED', 'FAILED'].includes(state) && { state, ...figures };
  },
  'the list',
  1_800_000,
  250,
);
await Promise.race([
  pushes,
  new Promise((_, reject) => setTimeout(() => reject(new Error('Not every push was fetched.')), 60_000).unref()),
]);
const figures = {
  done,
  moments,
  positions,
  delays,
  waiting,
  cloned: host.cloned.length,
  served: host.served,
  refused: host.refused,
  start,
  end: host.lastServedAt,
  realSeconds: (performance.now() - begun) / 1000,
};
await kernel.stop();
await host[Symbol.asyncDispose]();
process.send(figures);
process.on('message', () => process.exit(0));
