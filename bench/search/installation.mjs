import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quietly } from '../harness/descendants.mjs';
import { until } from '../harness/measure.mjs';

const PAGE = 1000;

/** Waits until so many repositories can be searched. */
export const indexed = (sextant, count, timeout = 1_800_000) =>
  until(
    async () => (await sextant.graphql('{ repositories(notIndexed: false) { totalCount } }')).repositories.totalCount >= count,
    'all repositories to be indexed',
    timeout,
    250,
  );

/** Bytes of the files below a folder. */
export const bytesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    // A file may go while the rest is counted.
    .reduce((sum, entry) => sum + (quietly(() => statSync(join(entry.parentPath, entry.name)).size) ?? 0), 0);

/** Files that the index knows by path only, as `<repository>/<path>`: ripgrep reads them, the index does not. */
export async function pathOnly(sextant, folders) {
  const found = new Set();
  for (let offset = 0, more = true; more; offset += PAGE) {
    const { repositories } = await sextant.graphql(
      `{ repositories(first: 100) { nodes { name textSearchIndex { skippedFiles(first: ${PAGE}, offset: ${offset}) { path } } } } }`,
    );
    const lists = repositories.nodes.map(({ name, textSearchIndex }) => ({ name, files: textSearchIndex?.skippedFiles ?? [] }));
    for (const { name, files } of lists)
      for (const { path } of files) found.add(`${folders.find((folder) => name.split('/').at(-1) === folder) ?? name}/${path}`);
    more = lists.some(({ files }) => files.length === PAGE);
  }
  return found;
}
