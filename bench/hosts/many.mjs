// Run by forked(): a whole kernel with very many connections, of which some lead to hosts that are down or mad.
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { builtinPlugins } from '@sextant/preset';
import { core } from '@sextant/sdk';
import { kernelOf } from '../harness/kernel-of.mjs';
import { until } from '../harness/measure.mjs';

const { dataDir, good, refusing, hanging, failing, garbage } = JSON.parse(process.argv[2]);
const LEFT_OUT = ['search', 'highlight', 'git', 'outbound-webhooks'];

const listen = async (server) => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
};
/** A fake of Gitea's API: each organization has one repository, named after it. */
const fake = await listen(
  createServer((request, response) => {
    const [, org, number] = /^\/api\/v1\/orgs\/(team-(\d+))\/repos/.exec(request.url) ?? [];
    const repository = {
      id: Number(number),
      full_name: `${org}/one`,
      private: false,
      html_url: `${fake.url}${org}/one`,
      ssh_url: `git@fake:${org}/one.git`,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([repository]));
  }),
);
const refusal = await listen(createTcpServer());
refusal.close();
const hang = await listen(createTcpServer((socket) => socket.on('error', () => {})));
const failure = await listen(createServer((_request, response) => response.writeHead(500).end('oops')));
const NOISE = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7_919) % 256));
const noise = await listen(
  createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(NOISE)),
);

const bad = [
  ...Array(refusing).fill(refusal.url),
  ...Array(hanging).fill(hang.url),
  ...Array(failing).fill(failure.url),
  ...Array(garbage).fill(noise.url),
];
// Those that are bad stand evenly among the good.
const every = bad.length === 0 ? Number.POSITIVE_INFINITY : Math.floor(good / bad.length);
const urls = [];
for (let i = 0; i < good; i++) {
  if (i % every === 0 && bad.length > 0) urls.push(bad.splice((i * 31) % bad.length, 1)[0]);
  urls.push(fake.url);
}
urls.push(...bad);

const kernel = await kernelOf({
  plugins: builtinPlugins.filter(({ id }) => !LEFT_OUT.includes(id)),
  dataDir,
  config: {
    plugins: {
      'code-host': {
        repoListUpdateInterval: '1h',
        connections: urls.map((url, i) => ({
          kind: 'GITEA',
          displayName: `Connection ${i}`,
          config: { url, token: `bench-${i}`, orgs: [`team-${i}`] },
        })),
      },
    },
  },
});
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const begun = performance.now();
await kernel.start();
const ready = performance.now() - begun;
const storage = kernel.service(core.storage, 'code-host');
const count = async (condition) => (await storage.query(`SELECT count(*)::int AS count FROM connections WHERE ${condition}`))[0].count;
await until(async () => (await count('last_sync_at IS NOT NULL')) === good, 'every good connection', 1_200_000, 100);
const synced = performance.now() - begun;
delay.disable();
const figures = {
  ready,
  synced,
  p99: delay.percentile(99) / 1e6,
  longest: delay.max / 1e6,
  failed: await count('last_sync_error IS NOT NULL'),
};
const [{ repositories }] = await storage.query('SELECT count(*)::int AS repositories FROM repositories');
await kernel.stop();
process.send({ ...figures, repositories });
process.on('message', () => process.exit(0));
