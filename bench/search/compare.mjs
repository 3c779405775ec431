import { interleaved, median, percentile } from '../harness/measure.mjs';
import { goals } from './queries.mjs';
import { placesOf, search } from './stream.mjs';

/** A peer that takes longer than this once is not asked the same again. */
const SLOW = 1000;

/**
 * Asks every engine every query, in turns, and compares what is found with ripgrep.
 * @param {{url: string, skipped: Set<string>, peers: object[], ripgrep: object | undefined, rounds: number}} how `skipped`: files the index knows by path only
 * @returns {Promise<{rows: object[], pooled: {ours: number[], zoekt: number[]}}>}
 */
export async function compareAll(queries, { url, peers, ripgrep, skipped, rounds, note, progress }) {
  const results = [];
  const equality = { asked: 0, equal: 0, places: 0 };
  for (const query of queries) {
    if (results.at(-1)?.query.class !== query.class) progress(query.class);
    results.push({ query, ...(await timedBy(query, { url, peers, rounds })) });
    if (ripgrep !== undefined && query.counted !== undefined) await sameAsRipgrep(query, { url, ripgrep, skipped, equality, note });
  }
  if (ripgrep !== undefined)
    note(
      `Equality with ripgrep: ${equality.equal} of ${equality.asked} queries found the same ${equality.places.toLocaleString('en')} files and lines, outside of ${skipped.size} files that the index knows by path only and says so; each difference has a note.`,
    );
  const classes = [...new Set(queries.map((query) => query.class))];
  const first = results.filter(({ query, peer }) => query.mode === 'first' && peer.zoekt?.length > 0);
  return {
    rows: classes.flatMap((name) =>
      rowsOf(
        name,
        results.filter(({ query }) => query.class === name),
        peers,
      ),
    ),
    pooled: { ours: first.flatMap(({ ours }) => ours), zoekt: first.flatMap(({ peer }) => peer.zoekt) },
  };
}

async function timedBy(query, { url, peers, rounds }) {
  const firsts = [];
  const peer = Object.fromEntries(peers.map(({ name }) => [name, []]));
  const asked = query.mode === 'count' ? { ...query, q: `${query.q} count:all timeout:60s` } : query;
  const { ours } = await interleaved(rounds, {
    ours: async () => {
      const answer = await search(url, asked, query.mode === 'count' ? { display: 0 } : {});
      if (answer.firstMatch !== undefined) firsts.push(answer.firstMatch);
      return answer.milliseconds;
    },
    ...Object.fromEntries(
      peers.map((engine) => [
        engine.name,
        async () => {
          if (peer[engine.name].some((time) => time > SLOW)) return;
          const time = await engine.time(query);
          if (time !== undefined) peer[engine.name].push(time);
        },
      ]),
    ),
  });
  return { ours, firsts, peer };
}

async function sameAsRipgrep(query, { url, ripgrep, skipped, equality, note }) {
  const answer = await search(url, { ...query, q: `${query.q} count:all timeout:60s` }, { keep: true });
  const ours = placesOf(answer.matches, query.counted);
  const theirs = new Set(
    [...(await ripgrep.found(query))].filter((place) => query.class === 'path' || !skipped.has(place.replace(/:\d+$/, ''))),
  );
  const only = (some, others) => [...some].filter((place) => !others.has(place));
  const [more, fewer] = [only(ours, theirs), only(theirs, ours)];
  equality.asked++;
  if (more.length + fewer.length === 0) {
    equality.equal++;
    equality.places += ours.size;
    return;
  }
  const some = (places) => (places.length === 0 ? '0' : `${places.length} (${places.slice(0, 2).join(', ')})`);
  note(
    `DIFFERENT, ${query.class}, ${query.q}: ${query.counted} only ours ${some(more)}, only ripgrep's ${some(fewer)}, of ${theirs.size}. ${answer.words} ${answer.alert ?? ''}`.trimEnd(),
  );
}

function rowsOf(name, results, peers) {
  const mode = results[0].query.mode === 'count' ? 'exhaustive count' : 'first 500';
  const samples = results.flatMap(({ ours }) => ours);
  const firsts = results.flatMap((result) => result.firsts);
  return [
    { measure: `${name}, ${mode}, p50 of ${results.length} queries`, value: median(samples), unit: 'ms', samples },
    { measure: '  p95', value: percentile(samples, 95), unit: 'ms' },
    ...(firsts.length === 0 || mode !== 'first 500' ? [] : [{ measure: '  first match, p50', value: median(firsts), unit: 'ms' }]),
    ...peers.flatMap((engine) => {
      const both = results.filter(({ peer }) => peer[engine.name].length > 0);
      if (both.length === 0) return [];
      const most = goals[name]?.[engine.name];
      return [
        {
          measure: `  median of the queries' ratios to ${engine.name}`,
          value: median(both.map(({ ours }) => median(ours))),
          unit: 'ms',
          peer: { name: engine.name, value: median(both.map(({ peer }) => median(peer[engine.name]))) },
          ratio: median(both.map(({ ours, peer }) => median(ours) / median(peer[engine.name]))),
          ...(most === undefined ? {} : { goal: { of: 'ratio', atMost: most } }),
        },
      ];
    }),
  ];
}
