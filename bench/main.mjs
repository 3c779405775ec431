#!/usr/bin/env node
// `npm run bench [-- name…] [--runs N] [--tiny] [--seed N] [--json FILE] [--corpus FOLDER] [--growth N,N…] [--only PART,PART…]`. A bench is a file in this folder that exports `title` and
// `run(context)`, which answers rows (see harness/table.mjs); adding a file adds a bench.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { printTable, withVerdict } from './harness/table.mjs';

const FOLDER = import.meta.dirname;
const known = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.mjs') && name !== 'main.mjs')
  .map((name) => name.slice(0, -'.mjs'.length));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    tiny: { type: 'boolean', default: false },
    runs: { type: 'string' },
    seed: { type: 'string' },
    corpus: { type: 'string' },
    growth: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const wrong = positionals.filter((name) => !known.includes(name));
const runs = values.runs === undefined ? undefined : Number(values.runs);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const growth = values.growth?.split(',').map(Number);
const whole = (n) => Number.isInteger(n) && n > 0;
if (values.help || wrong.length > 0 || !Number.isInteger(seed) || (runs !== undefined && !whole(runs)) || growth?.every(whole) === false) {
  if (wrong.length > 0) console.error(`No such bench: ${wrong.join(', ')}.`);
  console.error(
    `Usage: npm run bench [-- name…] [--runs N] [--tiny] [--seed N] [--json FILE] [--corpus FOLDER] [--growth N,N…] [--only PART,PART…]\nBenches: ${known.join(', ')}`,
  );
  process.exit(values.help ? 0 : 2);
}

const work = mkdtempSync(join(tmpdir(), 'sextant-bench-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const load = () => loadavg().map((n) => Number(n.toFixed(2)));
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism(), memoryBytes: totalmem() };
const report = { at: new Date().toISOString(), tiny: values.tiny, machine, benches: [] };
for (const name of positionals.length > 0 ? positionals : known) {
  const bench = await import(`./${name}.mjs`);
  if (bench.onlyWhenNamed && positionals.length === 0) continue;
  const begun = { load: load(), at: performance.now() };
  const notes = [];
  const folder = join(work, name);
  mkdirSync(folder, { mode: 0o711 });
  const entry = { name, title: bench.title, rows: [], notes, loadBefore: begun.load };
  report.benches.push(entry);
  try {
    const rows = await bench.run({
      tiny: values.tiny,
      /** What a bench that draws lots begins with. */
      seed,
      /** `corpus`: where fetched packages are kept between runs; `growth`: how many small repositories, one installation each; `only`: the parts of a bench that has parts. */
      options: { corpus: values.corpus && resolve(values.corpus), growth, only: values.only?.split(',') },
      runs: (usual, least = 1) => (values.tiny ? least : (runs ?? usual)),
      /** A fresh folder of this bench, removed at the end of the run. */
      folder: (label) => mkdtempSync(join(folder, `${label}-`)),
      /** A sentence to print under the table: what was missing, what differed. */
      note: (sentence) => notes.push(sentence),
      progress: (line) => console.error(`[${name}] ${line}`),
    });
    entry.rows = rows.map(withVerdict);
  } catch (error) {
    entry.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.exitCode = 1;
  }
  entry.loadAfter = load();
  entry.seconds = (performance.now() - begun.at) / 1000;
  printTable(entry);
}
if (values.json !== undefined) {
  mkdirSync(dirname(resolve(values.json)), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
