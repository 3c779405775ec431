import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median, percentile, until } from './harness/measure.mjs';
import { startSextant } from './harness/sextant.mjs';
import { makeCorpus } from './search/corpus.mjs';
import { hostile, queries } from './search/queries.mjs';
import { findRipgrep } from './search/ripgrep.mjs';
import { search } from './search/stream.mjs';

export const title = 'search over HTTP, against ripgrep on the same files';

const MB = 1_000_000;

export async function run({ tiny, runs, folder, note, progress }) {
  const root = folder('corpus');
  const corpus = makeCorpus(root, { bytes: tiny ? MB : 100 * MB, repositories: tiny ? 2 : 8 });
  progress(`${(corpus.bytes / MB).toFixed(0)} MB in ${corpus.files} files and ${corpus.repositories.length} repositories`);
  const ripgrep = findRipgrep();
  note(
    ripgrep === undefined
      ? 'ripgrep is missing (install it, or name it in SEXTANT_BENCH_RG): nothing was compared.'
      : `${ripgrep.version}, -j1`,
  );
  const dataDir = folder('data');
  const sextant = await startSextant({ dataDir, paths: [root] });
  try {
    const begun = performance.now();
    await indexed(sextant, corpus.repositories.length);
    const seconds = (performance.now() - begun) / 1000;
    const rows = [
      { measure: 'clone and index, from ready', value: corpus.bytes / MB / seconds, unit: 'MB/s' },
      {
        measure: 'index with content ÷ text',
        value: bytesIn(join(dataDir, 'index')) / corpus.bytes,
        unit: 'bytes per byte',
        goal: { atMost: 1.4 },
      },
    ];
    const rounds = runs(15, 2);
    for (const query of queries) {
      progress(query.class);
      rows.push(...(await compare(query, { url: sextant.url, ripgrep, root, rounds, note })));
    }
    rows.push(...(await bystander(sextant.url, { rounds: tiny ? 3 : 100, note })));
    return rows;
  } finally {
    await sextant.stop();
  }
}

async function compare(query, { url, ripgrep, root, rounds, note }) {
  const shown = [];
  const counted = [];
  const peer = [];
  let all;
  let theirs;
  for (let round = 0; round < rounds; round++) {
    shown.push(await search(url, query.q, query.t));
    all = await search(url, `${query.q} count:all`, query.t);
    counted.push(all.milliseconds);
    if (ripgrep && query.rg) {
      theirs = await ripgrep.count(query, root);
      peer.push(theirs.milliseconds);
    }
  }
  if (all.alert !== undefined) note(`${query.class}: the answer had an alert: ${all.alert}`);
  if (theirs !== undefined) {
    const ours = query.counted === 'files' ? all.files : all.matchCount;
    if (ours !== theirs.count)
      note(`DIFFERENT COUNT, ${query.class} (${query.q}): ${ours} against ripgrep's ${theirs.count}. ${all.words}`);
  }
  const times = shown.map(({ milliseconds }) => milliseconds);
  const first = shown.map(({ firstMatch }) => firstMatch).filter((time) => time !== undefined);
  const against = (p) => (peer.length === 0 ? {} : { peer: { name: 'rg', value: percentile(peer, p) } });
  return [
    { measure: `${query.class}, first 500, p50`, value: median(times), unit: 'ms', samples: times, ...against(50) },
    { measure: '  p95', value: percentile(times, 95), unit: 'ms', ...against(95) },
    ...(first.length === 0 ? [] : [{ measure: '  first match, p50', value: median(first), unit: 'ms' }]),
    { measure: `  all ${all.matchCount} matches, p50`, value: median(counted), unit: 'ms', samples: counted, ...against(50) },
  ];
}

/** What a harmless search takes while hostile patterns run, over what it takes alone, in turns. */
async function bystander(url, { rounds, note }) {
  const ask = async () => (await search(url, 'readFileSync case:yes', 'literal')).milliseconds;
  const alone = [];
  const beside = [];
  for (let turn = 0; turn < 2; turn++) {
    for (let i = 0; i < rounds; i++) alone.push(await ask());
    const stop = new AbortController();
    const attack = Promise.all(
      hostile.map(async (pattern) => {
        while (!stop.signal.aborted)
          await search(url, `${pattern} count:all timeout:5s`, 'regexp', stop.signal).catch((error) => {
            if (!stop.signal.aborted) throw error;
          });
      }),
    );
    attack.catch((error) => note(`A hostile search failed: ${error.message}`));
    for (let i = 0; i < rounds; i++) beside.push(await ask());
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

const indexed = (sextant, count) =>
  until(
    async () => {
      const { repositories } = await sextant.graphql(
        '{ repositories(first: 100) { nodes { textSearchIndex { refs { indexedCommit } } } } }',
      );
      return repositories.nodes.filter((node) => (node.textSearchIndex?.refs.length ?? 0) > 0).length >= count;
    },
    'all repositories to be indexed',
    600_000,
  );

/** Bytes of the files below a folder. */
const bytesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
