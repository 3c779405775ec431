import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { commitFolder } from '../harness/repository.mjs';

const SOURCE = new Set([
  '.ts',
  '.mts',
  '.cts',
  '.js',
  '.mjs',
  '.cjs',
  '.jsx',
  '.tsx',
  '.json',
  '.md',
  '.css',
  '.html',
  '.yml',
  '.yaml',
  '.graphql',
  '.sql',
]);
const MAX_FILE = 1024 * 1024;

/**
 * Copies the source text of installed packages into git repositories: real code, on every machine that has run
 * `npm install`, and nothing to download. Files that the index knows by path only (over 1 MiB, or with a NUL) are left
 * out, so that every engine has the same text.
 * @param {string} target @param {{bytes: number, repositories: number, from?: string}} options
 */
export function makeCorpus(target, { bytes, repositories, from = resolve(import.meta.dirname, '../../node_modules') }) {
  const names = Array.from({ length: repositories }, (_, i) => `corpus-${i}`);
  let total = 0;
  let files = 0;
  for (const path of walk(from, '')) {
    if (total >= bytes) break;
    const source = join(from, path);
    const { size } = statSync(source);
    if (size === 0 || size > MAX_FILE || readFileSync(source).includes(0)) continue;
    // Whole packages stay together, in turns.
    const to = join(target, names[hash(path.split('/')[0]) % repositories], path);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(source, to);
    total += size;
    files++;
  }
  const made = readdirSync(target);
  for (const name of made) commitFolder(join(target, name));
  return { bytes: total, files, repositories: made };
}

function* walk(root, folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== '.git') yield* walk(root, path);
    else if (entry.isFile() && SOURCE.has(extname(entry.name))) yield path;
  }
}

const hash = (text) => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) >>> 0, 7);
