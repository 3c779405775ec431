import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { forked } from './harness/forked.mjs';
import { median, percentile, until } from './harness/measure.mjs';
import { processTree } from './harness/process-tree.mjs';
import { startSextant } from './harness/sextant.mjs';
import { bystander } from './search/bystander.mjs';
import { startCodesearch } from './search/codesearch.mjs';
import { compareAll } from './search/compare.mjs';
import { fetchedCorpus, installedCorpus } from './search/corpus.mjs';
import { growth } from './search/growth.mjs';
import { bytesIn, indexed, pathOnly } from './search/installation.mjs';
import { judgements } from './search/judgements.mjs';
import { moreJudgements } from './search/more-judgements.mjs';
import { morePackages } from './search/more-packages.mjs';
import { packages } from './search/packages.mjs';
import { queries } from './search/queries.mjs';
import { ranking } from './search/ranking.mjs';
import { findRipgrep } from './search/ripgrep.mjs';
import { search } from './search/stream.mjs';
import { warmUp } from './search/warm-up.mjs';
import { startZoekt } from './search/zoekt.mjs';

export const title = 'search over HTTP, against ripgrep, codesearch and zoekt on the same files';

const MB = 1_000_000;
/** Rounds of all queries before the servers are measured. */
const WARM_UP = 25;
/** Milliseconds. */
const REST = 60_000;

/** What can be run alone, by `--only`. */
const PARTS = ['queries', 'ranking', 'growth'];

export async function run(context) {
  const { tiny, runs, folder, note, progress, options } = context;
  const wrong = options.only?.filter((part) => !PARTS.includes(part)) ?? [];
  if (wrong.length > 0) throw new Error(`No such part: ${wrong.join(', ')}. There are ${PARTS.join(', ')}.`);
  const wanted = (part) => options.only?.includes(part) ?? true;
  const cache = options.corpus ?? folder('packages');
  const rows = [];
  if (wanted('queries') || (wanted('ranking') && !tiny)) rows.push(...(await large(context, { wanted, cache })));
  if (wanted('ranking') && !tiny) rows.push(...(await otherRanking(context, cache)));
  const counts = tiny ? [2, 3] : options.growth;
  if (wanted('growth') && counts !== undefined)
    rows.push(...(await growth({ counts, folder, rounds: runs(20, 1), settles: !tiny, note, progress })));
  return rows;
}

/** All that is asked of the large corpus. */
async function large({ tiny, runs, folder, note, progress }, { wanted, cache }) {
  const root = folder('corpus');
  const corpus = tiny ? installedCorpus(root, { bytes: MB, repositories: 2 }) : fetchedCorpus(root, { packages, cache, say: progress });
  note(
    `Corpus: ${(corpus.bytes / MB).toFixed(1)} MB in ${corpus.files} files and ${corpus.repositories.length} repositories${tiny ? '' : `: ${packages.map(({ name, version }) => `${name}@${version}`).join(', ')}`}.`,
  );
  const dataDir = folder('data');
  const sextant = await startSextant({ dataDir, paths: [root] });
  let zoekt;
  try {
    const rows = await build(sextant, { corpus, dataDir });
    if (wanted('queries')) {
      progress('indexing by the peers');
      const ripgrep = findRipgrep(root);
      const codesearch = await startCodesearch({ folder: root, index: folder('codesearch') });
      zoekt = await startZoekt({ repositories: corpus.repositories.map((name) => join(root, name)), index: folder('zoekt') });
      const folders = corpus.repositories.map((name) => join(root, name));
      const alone = corpus.bytes / MB / (await builderAlone({ folders, index: folder('builder') }));
      rows.push(...against({ codesearch, zoekt, ripgrep }, { corpus, ours: alone, note }));
      rows.push(...(await warmUp(queries, { url: sextant.url, zoekt, rounds: tiny ? 1 : WARM_UP, progress })));
      const { rows: compared, pooled } = await compareAll(queries, {
        url: sextant.url,
        peers: [ripgrep, codesearch, zoekt].filter((peer) => peer !== undefined),
        ripgrep,
        skipped: await pathOnly(sextant, corpus.repositories),
        rounds: runs(15),
        note,
        progress,
      });
      rows.push(...compared, ...mixed(pooled), ...memory('directly after the queries', { sextant, zoekt, corpus }));
      progress('clients, bystander, push');
      rows.push(...(await clients(sextant.url, tiny ? 1 : 4)));
      rows.push(...(await bystander(sextant.url, tiny ? { turns: 1, each: 3, note } : { turns: 12, each: 20, note })));
      rows.push(await push(sextant.url, join(root, corpus.repositories[0])));
      progress('rest');
      await sleep(tiny ? 0 : REST);
      rows.push(...memory('after a minute of rest', { sextant, zoekt, corpus }));
    }
    if (wanted('ranking') && !tiny) rows.push(...(await ranking(sextant.url, { judgements, of: 'the corpus', note })));
    return rows;
  } finally {
    await zoekt?.stop();
    await sextant.stop();
  }
}

/** The second judgements, on an installation of what they are about. */
async function otherRanking({ folder, note, progress }, cache) {
  const root = folder('other-languages');
  const { repositories } = fetchedCorpus(root, { packages: morePackages, cache, say: progress, missing: note });
  const sextant = await startSextant({ dataDir: folder('other-languages-data'), paths: [root] });
  try {
    await indexed(sextant, repositories.length);
    const asked = moreJudgements.filter(({ wanted: [best] }) => repositories.includes(best.split('/')[0]));
    return await ranking(sextant.url, { judgements: asked, of: 'other languages', note });
  } finally {
    await sextant.stop();
  }
}

async function build(sextant, { corpus, dataDir }) {
  const cpu = () => processTree(sextant.pid).reduce((sum, process) => sum + process.cpu, 0) / 100;
  const before = cpu();
  const begun = performance.now();
  await indexed(sextant, corpus.repositories.length);
  const seconds = (performance.now() - begun) / 1000;
  const perCore = corpus.bytes / MB / Math.max(cpu() - before, 0.01);
  return [
    { measure: 'clone and index, from ready', value: corpus.bytes / MB / seconds, unit: 'MB/s' },
    { measure: '  per core: clone, symbols, queue and all', value: perCore, unit: 'MB/s' },
    {
      measure: 'index with content ÷ text',
      value: bytesIn(join(dataDir, 'index')) / corpus.bytes,
      unit: 'bytes per byte',
      goal: { atMost: 1.4 },
    },
  ];
}

/** Seconds of processor time in which the builder makes an index of folders, as the peers do. */
async function builderAlone(options) {
  const child = forked(new URL('./search/builder.mjs', import.meta.url), options);
  return (await child.next()).cpuSeconds;
}

/** What is there of the peers, and how they index. */
function against({ codesearch, zoekt, ripgrep }, { corpus, ours, note }) {
  if (ripgrep === undefined) note('ripgrep is missing (install it, or name it in SEXTANT_BENCH_RG): no answer was compared.');
  if (codesearch === undefined) note('codesearch is missing (cindex and csearch on the PATH): its columns stay empty.');
  if (zoekt === undefined)
    note(
      'zoekt is missing (zoekt-index and zoekt-webserver on the PATH, or their folder in SEXTANT_BENCH_ZOEKT): goals against it were not judged.',
    );
  for (const { name, version } of [ripgrep, codesearch, zoekt].filter((peer) => peer !== undefined)) note(`${name}: ${version}`);
  const row = ({ name, built }, goal) => [
    {
      measure: `  the builder alone, against ${name}, both without symbols`,
      value: ours,
      unit: 'MB/s per core',
      peer: { name, value: corpus.bytes / MB / Math.max(built.cpuSeconds, 0.01) },
      ...goal,
    },
    { measure: `  ${name}: index ÷ text`, value: built.bytes / corpus.bytes, unit: 'bytes per byte' },
    { measure: `  ${name}: most memory while indexing`, value: built.peak / MB, unit: 'MB' },
  ];
  return [
    ...(zoekt === undefined ? [] : row(zoekt, { goal: { of: 'ratio', atLeast: 2.5 } })),
    ...(codesearch === undefined ? [] : row(codesearch)),
  ];
}

/** Every query of the first 500 kind, whatever its class, as one load: a query counts as often as another. */
function mixed({ ours, zoekt }) {
  if (zoekt.length === 0) return [];
  const row = (p, atMost) => ({
    measure: `mixed set over HTTP, p${p}`,
    value: percentile(ours, p),
    unit: 'ms',
    peer: { name: 'zoekt', value: percentile(zoekt, p) },
    goal: { of: 'ratio', atMost },
  });
  return [row(50, 0.7), row(95, 1)];
}

/** How much the search takes at work and, threads that have nothing to do having ended, at rest. */
function memory(when, { sextant, zoekt, corpus }) {
  const bytes = processTree(sextant.pid).reduce((sum, { anonymous }) => sum + anonymous, 0);
  return [
    {
      measure: `resident beside the page cache, all processes, ${when}`,
      value: bytes / MB,
      unit: 'MB',
      ...(zoekt === undefined ? {} : { peer: { name: 'zoekt', value: zoekt.memory() / MB } }),
      goal: { atMost: Math.round((corpus.bytes * 0.05) / MB + 200) },
    },
  ];
}

/** Eight clients, each asking every query of the first 500 kind, each beginning elsewhere. */
async function clients(url, rounds) {
  const asked = queries.filter(({ mode }) => mode === 'first');
  const times = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, client) => {
      for (let i = 0; i < asked.length * rounds; i++) times.push((await search(url, asked[(i + client * 7) % asked.length])).milliseconds);
    }),
  );
  const p95 = percentile(times, 95);
  return [
    { measure: '8 clients, p50', value: median(times), unit: 'ms' },
    { measure: '  p95 ÷ p50', value: p95 / median(times), unit: 'times', goal: { atMost: 4 } },
  ];
}

/** From the commit of ten changed files in a watched repository to the first answer that has all of them. */
async function push(url, repository) {
  const word = `pushed_${process.pid}_${Date.now()}`;
  const files = readdirSync(repository, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, 5)
    .map(({ name }) => name);
  for (const name of files) appendFileSync(join(repository, name), `\n${word}\n`);
  for (let i = files.length; i < 10; i++) writeFileSync(join(repository, `pushed-${i}.txt`), `${word}\n`);
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: repository,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  git('add', '-f', '-A');
  git('commit', '-q', '-m', 'Change ten files');
  const begun = performance.now();
  const all = async () => (await search(url, { q: `${word} type:file count:all`, t: 'literal' }, { display: 0 })).matchCount >= 10;
  await until(all, 'ten pushed files to be found', 120_000, 20);
  return { measure: 'push of 10 files to searchable', value: (performance.now() - begun) / 1000, unit: 's', goal: { atMost: 10 } };
}
