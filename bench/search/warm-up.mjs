import { percentile } from '../harness/measure.mjs';
import { search } from './stream.mjs';

/** Milliseconds; what takes longer than this once is not asked again: it is warm. */
const SLOW = 1000;

/**
 * Asks the servers everything for some rounds. A program whose code is compiled while it runs is another one just after its start than in use, and both
 * are worth knowing: the goals are of use, and the rows that are returned are of the first round.
 * @param {{url: string, zoekt: object | undefined, rounds: number, progress: (text: string) => void}} how
 */
export async function warmUp(queries, { url, zoekt, rounds, progress }) {
  const first = { ours: [], zoekt: [] };
  const slow = new Set();
  for (let i = 0; i < rounds; i++) {
    progress(`warming up, round ${i + 1} of ${rounds}`);
    for (const query of queries) {
      const times = { ours: await ours(url, query), zoekt: slow.has(query) ? undefined : await zoekt?.time(query) };
      if (times.zoekt > SLOW) slow.add(query);
      if (i > 0 || query.mode !== 'first' || times.zoekt === undefined) continue;
      first.ours.push(times.ours);
      first.zoekt.push(times.zoekt);
    }
  }
  if (first.ours.length === 0) return [];
  const row = (p) => ({
    measure: `mixed set over HTTP, each query for the first time, p${p}`,
    value: percentile(first.ours, p),
    unit: 'ms',
    peer: { name: 'zoekt', value: percentile(first.zoekt, p) },
  });
  return [row(50), row(95)];
}

async function ours(url, query) {
  const counts = query.mode === 'count';
  const asked = counts ? { ...query, q: `${query.q} count:all timeout:60s` } : query;
  return (await search(url, asked, counts ? { display: 0 } : {})).milliseconds;
}
