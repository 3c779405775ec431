import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../harness/measure.mjs';
import { processTree } from '../harness/process-tree.mjs';
import { commitFolder } from '../harness/repository.mjs';
import { startSextant } from '../harness/sextant.mjs';
import { bytesIn, indexed } from './installation.mjs';
import { search } from './stream.mjs';

const FILES = 12;
const QUIET_WITHIN = 300_000;
const QUERIES = ['marker_1_3', 'compute', 'return total', 'type:symbol compute_7', 'file:part_3 total', 'absentEverywhere'];

/**
 * The same questions to an installation of few, many and very many small repositories of some 30 kB.
 * `settles`: after the indexing it is left alone until it is quiet.
 */
export async function growth({ counts, folder, rounds, settles, note, progress }) {
  const rows = [];
  let before;
  for (const count of counts) {
    progress(`growth: ${count} repositories`);
    const root = folder('growth');
    let text = 0;
    for (let i = 0; i < count; i++) text += makeRepository(join(root, `small-${i}`), i);
    const dataDir = folder('growth-data');
    const sextant = await startSextant({ dataDir, paths: [root], timeout: 600_000 });
    try {
      const begun = performance.now();
      await indexed(sextant, count, 3_600_000);
      const seconds = (performance.now() - begun) / 1000;
      const spent = cpuSeconds(sextant.pid);
      if (settles && !(await quiet(sextant.pid, QUIET_WITHIN)))
        note(`Growth, ${count} repositories: the installation was not quiet ${QUIET_WITHIN / 1000} s after the last was indexed.`);
      const times = [];
      const ask = async (q) => times.push((await search(sextant.url, { q, t: 'keyword' })).milliseconds);
      for (const q of QUERIES) await ask(q);
      times.length = 0;
      const begunAt = cpuSeconds(sextant.pid);
      for (let round = 0; round < rounds; round++) for (const q of QUERIES) await ask(q);
      const perSearch = ((cpuSeconds(sextant.pid) - begunAt) * 1000) / times.length;
      const p95 = percentile(times, 95);
      const memory = processTree(sextant.pid).reduce((sum, { anonymous }) => sum + anonymous, 0);
      rows.push(
        {
          measure: `growth, ${count.toLocaleString('en')} repositories: p95`,
          value: p95,
          unit: 'ms',
          ...(before === undefined
            ? {}
            : { peer: { name: `${before.count}:`, value: before.p95 }, goal: { of: 'ratio', atMost: count / before.count } }),
        },
        { measure: '  p50', value: percentile(times, 50), unit: 'ms' },
        { measure: '  processor time of one search, all processes', value: perSearch, unit: 'ms' },
        { measure: '  clone and index', value: count / seconds, unit: 'repositories/s' },
        { measure: '  processor time of that', value: (spent * 1000) / count, unit: 'ms a repository' },
        { measure: '  resident beside the page cache', value: memory / 1e6, unit: 'MB' },
        { measure: '  disk ÷ text', value: bytesIn(dataDir) / text, unit: 'bytes per byte' },
      );
      before = { count, p95 };
    } catch (error) {
      note(`Growth to ${count} repositories failed: ${error.message}`);
    } finally {
      await sextant.stop();
    }
  }
  return rows;
}

const cpuSeconds = (pid) => processTree(pid).reduce((sum, { cpu }) => sum + cpu, 0) / 100;

/** Waits until the installation has little to do of its own: what follows an index is no part of a search. False: it was too long. */
async function quiet(pid, within) {
  const until = performance.now() + within;
  for (let calm = 0, before = cpuSeconds(pid); calm < 3; ) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = cpuSeconds(pid);
    calm = now - before < 0.1 ? calm + 1 : 0;
    before = now;
  }
  return true;
}

function makeRepository(folder, number) {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (let file = 0; file < FILES; file++) {
    let text = `// marker_${number}_${file}\n`;
    for (let i = 0; i < 24; i++)
      text += `export function compute_${(number * 31 + file * 7 + i) % 997}(input, limit) {\n  let total = ${i};\n  for (const value of input) total += value % limit;\n  return total;\n}\n`;
    bytes += text.length;
    writeFileSync(join(folder, `part_${file}.js`), text);
  }
  commitFolder(folder);
  return bytes;
}
