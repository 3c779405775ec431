import { percentile } from '../harness/measure.mjs';
import { hostile } from './queries.mjs';
import { search } from './stream.mjs';

/** What a harmless search takes while hostile patterns run, over what it takes alone, in many short turns of both. */
export async function bystander(url, { turns, each, note }) {
  const ask = async () => (await search(url, { q: 'readFileSync case:yes', t: 'literal' })).milliseconds;
  const alone = [];
  const beside = [];
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < each; i++) alone.push(await ask());
    const stop = new AbortController();
    const attack = Promise.all(
      hostile.map(async (pattern) => {
        while (!stop.signal.aborted)
          await search(url, { q: `${pattern} count:all timeout:5s`, t: 'regexp' }, { signal: stop.signal }).catch((error) => {
            if (!stop.signal.aborted) throw error;
          });
      }),
    );
    attack.catch((error) => note(`A hostile search failed: ${error.message}`));
    for (let i = 0; i < each; i++) beside.push(await ask());
    stop.abort();
    await attack.catch(() => undefined);
  }
  note(`Bystander: ${hostile.length} hostile patterns without end, each on a connection of its own: ${hostile.join('   ')}`);
  const row = (p) => ({
    measure: `bystander of hostile regexps, p${p}`,
    value: percentile(beside, p),
    unit: 'ms',
    peer: { name: 'alone', value: percentile(alone, p) },
    goal: { of: 'ratio', atMost: 1.5 },
  });
  return [row(50), row(95)];
}
