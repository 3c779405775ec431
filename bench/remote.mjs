import { join } from 'node:path';
import { Pool } from 'undici';
import { RemoteClients } from '../kernel/dist/remote/remote-client.js';
import { forked } from './harness/forked.mjs';
import { interleaved, median, percentile } from './harness/measure.mjs';
import { echo } from './remote/echo.mjs';

export const title = 'a service in another process, over a unix socket';

export async function run({ tiny, runs, folder }) {
  const at = folder('run');
  const socket = join(at, 's.sock');
  const bareSocket = join(at, 'b.sock');
  const server = forked(new URL('./remote/server.mjs', import.meta.url), { socket, bareSocket });
  const clients = new RemoteClients(undefined);
  const bare = new Pool('http://bench', { connections: 1, socketPath: bareSocket });
  try {
    await server.next();
    const remote = clients.service(echo, [`unix:${socket}`]);
    const calls = tiny ? 20 : 1_000;
    const items = tiny ? 100 : 20_000;
    const chunks = tiny ? 16 : 3_200;
    const sayBare = async () => {
      const { body } = await bare.request({
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/json' },
        body: '{"text":"hello"}',
      });
      await body.json();
    };
    const subjects = {
      call: () => latency(calls, () => remote.say({ text: 'hello' })),
      bare: () => latency(calls, sayBare),
      items: () => perSecond(items, () => drain(remote.count({ to: items }))),
      bytes: () => perSecond((chunks * 64 * 1024) / 1_000_000, () => drain(remote.bytes({ chunks }))),
    };
    await interleaved(1, subjects);
    const samples = await interleaved(runs(5), subjects);
    const figure = (subject, name) => median(samples[subject].map((sample) => sample[name]));
    return [
      { measure: 'call, p50', value: figure('call', 'p50'), unit: 'ms', peer: { name: 'bare undici', value: figure('bare', 'p50') } },
      { measure: 'call, p95', value: figure('call', 'p95'), unit: 'ms', peer: { name: 'bare undici', value: figure('bare', 'p95') } },
      { measure: 'stream of small objects', value: median(samples.items), unit: 'objects/s', samples: samples.items },
      { measure: 'stream of bytes', value: median(samples.bytes), unit: 'MB/s', samples: samples.bytes },
    ];
  } finally {
    await Promise.all([clients.close(), bare.close(), server.stop()]);
  }
}

async function latency(times, call) {
  const each = [];
  for (let i = 0; i < times; i++) {
    const begun = performance.now();
    await call();
    each.push(performance.now() - begun);
  }
  return { p50: percentile(each, 50), p95: percentile(each, 95) };
}

async function perSecond(amount, work) {
  const begun = performance.now();
  await work();
  return (amount * 1000) / (performance.now() - begun);
}

async function drain(stream) {
  for await (const _item of stream);
}
