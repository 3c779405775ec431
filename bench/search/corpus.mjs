import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { commitFolder } from '../harness/repository.mjs';
import { packageFolder, repositoryName } from './registries.mjs';

const SOURCE = new Set('.ts .mts .cts .js .mjs .cjs .jsx .tsx .json .md .css .html .yml .yaml .graphql .sql'.split(' '));
const MAX_FILE = 1024 * 1024;
const INSTALLED = resolve(import.meta.dirname, '../../node_modules');

/**
 * Fetches packages into a folder, each once, and makes a git repository of the text of each, called as the package is.
 * One that cannot be fetched is left out, and `missing` hears of it; without `missing` that is an error.
 * @param {string} target
 * @param {{packages: import('./registries.mjs').Package[], cache: string, say: (line: string) => void, missing?: (sentence: string) => void}} options
 */
export function fetchedCorpus(target, { packages, cache, say, missing }) {
  mkdirSync(cache, { recursive: true });
  const sources = packages.flatMap((one) => {
    try {
      return [{ name: repositoryName(one), folder: packageFolder(one, { cache, say }) }];
    } catch (error) {
      if (missing === undefined) throw error;
      missing(`${one.name} could not be fetched: ${error.message.split('\n')[0]}`);
      return [];
    }
  });
  return copied(target, function* () {
    for (const { name, folder } of sources)
      for (const path of walk(folder, '')) if (!/\.min\.|\.map$/.test(path)) yield { repository: name, path, source: join(folder, path) };
  });
}

/** The source text of installed packages in a few repositories: nothing to fetch. @param {{bytes: number, repositories: number}} options */
export function installedCorpus(target, { bytes, repositories }) {
  let total = 0;
  return copied(target, function* () {
    for (const path of walk(INSTALLED, '')) {
      if (!SOURCE.has(extname(path))) continue;
      if (total >= bytes) return;
      const source = join(INSTALLED, path);
      total += statSync(source).size;
      // Whole packages stay together, in turns.
      yield { repository: `corpus-${hash(path.split('/')[0]) % repositories}`, path, source };
    }
  });
}

/** Files that the index knows by path only (over 1 MiB, or with a NUL) are left out, so that every engine has the same text. */
function copied(target, sources) {
  let bytes = 0;
  let files = 0;
  for (const { repository, path, source } of sources()) {
    const { size } = statSync(source);
    if (size === 0 || size > MAX_FILE || readFileSync(source).includes(0)) continue;
    const to = join(target, repository, path);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(source, to);
    bytes += size;
    files++;
  }
  const repositories = readdirSync(target);
  for (const name of repositories) commitFolder(join(target, name));
  return { bytes, files, repositories };
}

function* walk(root, folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== '.git') yield* walk(root, path);
    else if (entry.isFile()) yield path;
  }
}

const hash = (text) => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) >>> 0, 7);
