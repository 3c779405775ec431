import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repositories } from '@sextant/plugin-code-host/api';
import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import type { IndexStore } from '../index/index-store.js';
import { filesOf } from '../index/manifest.js';
import { seenOf } from './seen-of.js';

/** Repositories that are named; the rest is counted. */
const NAMED = 50;
/** Of what was put aside and is kept to be looked at. */
const MUCH = 1024 ** 3;

/** Does the folder of the index have every file that it is to have? A search finds out only when it reads the file. */
export const indexFolderCheck = (parts: {
  readonly store: () => Promise<Pick<IndexStore, 'root' | 'manifests' | 'quarantine'>>;
  readonly repositories: Pick<Repositories, 'byIds'>;
  readonly rebuild: (repositoryId: number) => Promise<void>;
}): SystemCheck => ({
  name: 'index-folder',
  async run({ actor }) {
    const store = await parts.store();
    // First what is to be there: a file that is published in between is then no lack.
    const manifests = await store.manifests();
    const present = new Set(await readdir(join(store.root, 'shards')));
    const torn = [...manifests.values()].flatMap((manifest) => {
      const shards = manifest.shards.filter((shard) => filesOf(shard).some((file) => !present.has(file)));
      return shards.length > 0 ? [{ id: manifest.repository.id, shards: shards.map(({ id }) => id) }] : [];
    });
    const { seen, hidden } = await seenOf(parts.repositories, actor, torn, ({ id }) => id);
    const findings = seen.slice(0, NAMED).map(({ id, name, shards }): Finding => {
      const rebuild = async (): Promise<void> => {
        for (const shard of shards) await store.quarantine(id, shard, 'one of its files is gone');
        await parts.rebuild(id);
      };
      return {
        level: 'error',
        what: `Files of ${shards.length} shards of the index of ${name} are gone.`,
        code: 'SEXTANT_SEARCH_SHARD_DAMAGED',
        mend: { id: `rebuild:${id}`, does: `Puts these shards of ${name} aside, and builds what they held anew.`, run: rebuild },
      };
    });
    if (seen.length > NAMED)
      findings.push({ level: 'error', what: `Files of the index of ${seen.length - NAMED} more repositories are gone.` });
    return [
      ...findings,
      ...hidden,
      await keptAside(join(store.root, 'quarantine')),
      ...(torn.length > 0 ? [] : [allThere(manifests.size)]),
    ];
  },
});

const allThere = (count: number): Finding => ({ level: 'ok', what: `All files of the index of ${count} repositories are there.` });

async function keptAside(folder: string): Promise<Finding> {
  const files = await readdir(folder);
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(folder, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const what = `${files.length} files of damaged shards are kept to be looked at, ${(bytes / 1024 ** 2).toFixed(1)} MiB.`;
  if (bytes < MUCH) return { level: 'ok', what };
  return { level: 'warning', what, fix: 'See why the disk loses data; then remove what is in index/quarantine of the data folder.' };
}
