// Run by forked(): asks one address as fast as some connections can, and answers requests a second. In a process of its
// own, so that the server under test has a processor to itself.
import { Client } from 'undici';
import { percentile } from './measure.mjs';

const { url, path, body, connections } = JSON.parse(process.argv[2]);
const clients = Array.from({ length: connections }, () => new Client(url));
const request = { method: 'POST', path, headers: { 'content-type': 'application/json' }, body };

process.on('message', async (message) => {
  if (message === 'stop') {
    await Promise.all(clients.map((client) => client.close()));
    process.exit(0);
  }
  const latencies = [];
  const begun = performance.now();
  const end = begun + message.duration;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < end) {
        const at = performance.now();
        const { statusCode, body: answer } = await client.request(request);
        const text = await answer.text();
        if (statusCode !== 200 || text.includes('"errors"')) throw new Error(`${url} answered ${statusCode}: ${text.slice(0, 300)}`);
        latencies.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  process.send({ perSecond: latencies.length / seconds, p50: percentile(latencies, 50), p95: percentile(latencies, 95) });
});
