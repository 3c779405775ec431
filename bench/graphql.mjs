import { queries } from './graphql/people.mjs';
import { forked } from './harness/forked.mjs';
import { interleaved, median } from './harness/measure.mjs';

export const title = 'GraphQL over HTTP against plain Yoga with the same schema and limits';

export async function run({ tiny, runs, folder, progress }) {
  const servers = {
    sextant: forked(new URL('./graphql/sextant-server.mjs', import.meta.url), { dataDir: folder('data') }),
    yoga: forked(new URL('./graphql/yoga-server.mjs', import.meta.url), {}),
  };
  const rows = [];
  try {
    const urls = { sextant: (await servers.sextant.next()).url, yoga: (await servers.yoga.next()).url };
    for (const [name, query] of Object.entries(queries)) {
      progress(name);
      rows.push(...(await compare(name, query, urls, { rounds: runs(7), duration: tiny ? 100 : 3_000 })));
    }
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
  return rows;
}

async function compare(name, query, urls, { rounds, duration }) {
  const clients = Object.fromEntries(
    Object.entries(urls).map(([server, url]) => [
      server,
      forked(new URL('./harness/http-load.mjs', import.meta.url), {
        url,
        path: '/.api/graphql',
        body: JSON.stringify({ query }),
        connections: 10,
      }),
    ]),
  );
  const ask = (server, milliseconds) => {
    const answer = clients[server].next();
    clients[server].send({ duration: milliseconds });
    return answer;
  };
  try {
    for (const server of Object.keys(clients)) await ask(server, duration);
    const samples = await interleaved(rounds, { sextant: () => ask('sextant', duration), yoga: () => ask('yoga', duration) });
    const of = (server, figure) => samples[server].map((sample) => sample[figure]);
    return [
      {
        measure: `${name}, 10 connections`,
        value: median(of('sextant', 'perSecond')),
        unit: 'requests/s',
        samples: of('sextant', 'perSecond'),
        peer: { name: 'yoga', value: median(of('yoga', 'perSecond')) },
        // Of the pairs, not of the medians: the two of a round met the same machine.
        ratio: median(samples.sextant.map(({ perSecond }, round) => perSecond / samples.yoga[round].perSecond)),
        goal: { of: 'ratio', atLeast: 0.85 },
      },
      { measure: '  p95', value: median(of('sextant', 'p95')), unit: 'ms', peer: { name: 'yoga', value: median(of('yoga', 'p95')) } },
    ];
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.stop()));
  }
}
