import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { percentile } from '../harness/measure.mjs';
import { processTree } from '../harness/process-tree.mjs';
import { commitFolder } from '../harness/repository.mjs';
import { startSextant } from '../harness/sextant.mjs';
import { bytesIn, indexed } from './installation.mjs';
import { search } from './stream.mjs';

const FILES = 12;
const QUERIES = ['marker_1_3', 'compute', 'return total', 'type:symbol compute_7', 'file:part_3 total', 'absentEverywhere'];

/** The same questions to an installation of few, many and very many small repositories of some 30 kB. */
export async function growth({ counts, folder, rounds, note, progress }) {
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
      const times = [];
      for (let round = 0; round < rounds; round++)
        for (const q of QUERIES) times.push((await search(sextant.url, { q, t: 'keyword' })).milliseconds);
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
        { measure: '  clone and index', value: count / seconds, unit: 'repositories/s' },
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
