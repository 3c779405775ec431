import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IndexStore } from '../../plugins/search/dist/index/index-store.js';

/**
 * The builder of the index alone, as `zoekt-index -disable_ctags` is asked: folders of files in, shards out, no symbols, one folder
 * after another. Answers the seconds of processor time that this process has used, its start included.
 */
const { folders, index } = JSON.parse(process.argv[2]);

function* filesIn(folder, under = '') {
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(folder, path);
    else if (entry.isFile()) yield path;
  }
}

/** Files of a folder as if they were a commit, each read once. */
function folderSource(folder) {
  const contents = new Map();
  return {
    async *listTree() {
      for (const path of filesIn(folder)) {
        const content = readFileSync(join(folder, path));
        const oid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
        contents.set(oid, content);
        yield { path, oid, mode: 0o100644, size: content.length };
      }
    },
    async *readBlobs(oids) {
      for (const oid of oids) yield { oid, content: contents.get(oid) };
    },
  };
}

const store = await IndexStore.open(index, { languageOf: () => undefined });
for (const [at, folder] of folders.entries()) {
  await store.update({
    repository: { id: at + 1, name: `r${at + 1}` },
    branches: [{ name: 'main', commit: '0'.repeat(40) }],
    source: folderSource(folder),
  });
}
const { user, system } = process.cpuUsage();
process.send({ cpuSeconds: (user + system) / 1e6 });
process.disconnect();
