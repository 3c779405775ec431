import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, until } from './harness/measure.mjs';
import { canReadProcesses, processTree } from './harness/process-tree.mjs';
import { commitFolder } from './harness/repository.mjs';
import { startSextant } from './harness/sextant.mjs';

export const title = 'the program from spawn to ready, and its memory when idle';

const MB = 1_000_000;

export async function run({ tiny, runs, folder, note, progress }) {
  const repository = join(folder('repositories'), 'one');
  mkdirSync(repository);
  writeFileSync(join(repository, 'hello.ts'), 'export const hello = 1;\n');
  commitFolder(repository);

  const cold = [];
  let dataDir;
  for (let i = 0; i < runs(3); i++) {
    progress(`cold start ${i + 1}`);
    dataDir = folder('data');
    const sextant = await startSextant({ dataDir, paths: [repository] });
    cold.push(sextant.readyAfter);
    await indexed(sextant);
    await sextant.stop();
  }
  const warm = [];
  const memory = [];
  const count = runs(5);
  for (let i = 0; i < count; i++) {
    progress(`warm start ${i + 1}`);
    const sextant = await startSextant({ dataDir, paths: [repository] });
    warm.push(sextant.readyAfter);
    if (canReadProcesses) {
      await idle(sextant.pid, tiny ? 1_000 : 4_000);
      memory.push(processTree(sextant.pid));
    }
    if (i === count - 1) {
      const table = sextant
        .errors()
        .split('\n')
        .filter((line) => /\d ms/.test(line));
      for (const line of table) note(`boot: ${line.trim()}`);
    }
    await sextant.stop();
  }

  const rows = [
    { measure: 'cold start to ready', value: median(cold), unit: 'ms', samples: cold },
    { measure: 'warm start to ready', value: median(warm), unit: 'ms', samples: warm, goal: { atMost: 2_000 } },
  ];
  if (memory.length === 0) {
    note('This machine does not tell what processes use (no /proc/<pid>/smaps_rollup): idle memory was not measured.');
    return rows;
  }
  const of = (kind, figure) => median(memory.map((tree) => sum(tree.filter(kind), figure) / MB));
  const all = () => true;
  rows.push(
    { measure: 'idle memory of all processes (PSS)', value: of(all, 'pss'), unit: 'MB', goal: { atMost: 300 } },
    { measure: 'idle memory of all processes (sum of RSS)', value: of(all, 'rss'), unit: 'MB' },
    { measure: '  node, PSS', value: of(isNode, 'pss'), unit: 'MB' },
    { measure: '  node, anonymous', value: of(isNode, 'anonymous'), unit: 'MB' },
    { measure: '  PostgreSQL, PSS', value: of((p) => !isNode(p), 'pss'), unit: 'MB' },
    { measure: '  PostgreSQL processes', value: median(memory.map((tree) => tree.filter((p) => !isNode(p)).length)), unit: '' },
    { measure: '  node threads', value: median(memory.map((tree) => sum(tree.filter(isNode), 'threads'))), unit: '' },
  );
  return rows;
}

const isNode = ({ name }) => name.startsWith('node');
const sum = (processes, figure) => processes.reduce((total, process) => total + process[figure], 0);

/** Until the tree has spent almost no processor time (under 5 %) for a while. @param {number} quiet milliseconds */
async function idle(pid, quiet) {
  let before = sum(processTree(pid), 'cpu');
  await until(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, quiet));
      const now = sum(processTree(pid), 'cpu');
      const spent = now - before;
      before = now;
      return spent * 10 < quiet * 0.05;
    },
    'Sextant to be idle',
    60_000,
  );
}

const indexed = (sextant) =>
  until(async () => {
    const { repositories } = await sextant.graphql('{ repositories(first: 10) { nodes { textSearchIndex { refs { indexedCommit } } } } }');
    return repositories.nodes.length > 0 && repositories.nodes.every((node) => (node.textSearchIndex?.refs.length ?? 0) > 0);
  }, 'the repository to be indexed');
