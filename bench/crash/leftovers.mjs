import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { decodeManifest, filesOf } from '../../plugins/search/dist/index/manifest.js';

/** As the index keeps a replaced shard for searches of other processes, and some: milliseconds. */
export const RETIRED_AFTER = 65_000;

const IN_DATA_FOLDER = ['.sextant-data-folder', 'blobs', 'index', 'keys', 'postgres', 'repos', 'run', 'sextant.lock'];
const UNFINISHED_IN_MIRROR = /\.lock$|^tmp_|^\.tmp-|^incoming-|^sextant-mirror\.json\./;

/**
 * Files that an installation at rest has no use for, as paths below its data folder: temporary files, half mirrors, shards that no manifest names,
 * damaged files put aside, locks of nobody.
 * @param {string} dataDir @param {{temporary: string, repositories: readonly string[]}} options `temporary`: its TMPDIR
 */
export function leftovers(dataDir, { temporary, repositories }) {
  const found = [];
  const add = (...path) => found.push(path.join(sep));
  const list = (...path) => (existsSync(join(dataDir, ...path)) ? readdirSync(join(dataDir, ...path)) : []);

  for (const name of list('keys')) if (name !== 'secrets.json') add('keys', name);
  for (const folder of ['.temp', '.locks']) for (const name of list('repos', folder)) add('repos', folder, name);
  for (const name of list('repos')) {
    if (name.startsWith('.')) continue;
    if (!repositories.includes(name.replace(/\.git$/, ''))) add('repos', name);
    else
      for (const file of walk(join(dataDir, 'repos', name)))
        if (UNFINISHED_IN_MIRROR.test(file.name)) found.push(relative(dataDir, file.path));
  }
  for (const name of list('blobs', '.incoming')) add('blobs', '.incoming', name);
  for (const name of list('run')) if (!['git', 'local-secret', 'postgres'].includes(name)) add('run', name);
  for (const name of list('postgres')) if (!/^(\d+|lib|owner\.lock)$/.test(name)) add('postgres', name);
  for (const name of list()) if (!IN_DATA_FOLDER.includes(name)) add(name);
  for (const name of existsSync(temporary) ? readdirSync(temporary) : []) found.push(`TMPDIR/${name}`);
  return [...found, ...indexLeftovers(dataDir, list)];
}

function indexLeftovers(dataDir, list) {
  const found = [];
  const named = new Set();
  for (const name of list('index', 'repositories')) {
    if (!/^\d+\.json$/.test(name)) found.push(join('index', 'repositories', name));
    else
      for (const shard of decodeManifest(readFileSync(join(dataDir, 'index', 'repositories', name), 'utf8')).shards)
        for (const file of filesOf(shard)) named.add(file);
  }
  for (const name of list('index', 'shards')) {
    if (named.has(name)) continue;
    const age = Date.now() - (statSync(join(dataDir, 'index', 'shards', name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (name.endsWith('.tmp') || age > RETIRED_AFTER) found.push(join('index', 'shards', name));
  }
  for (const name of list('index', 'quarantine')) found.push(join('index', 'quarantine', name));
  for (const name of list('index'))
    if (!['journal', 'quarantine', 'repositories', 'shards'].includes(name)) found.push(join('index', name));
  return found;
}

/** Shards that no manifest names, whatever their age. */
export function unreferencedShards(dataDir) {
  const folder = join(dataDir, 'index', 'repositories');
  if (!existsSync(folder)) return [];
  const named = new Set(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => decodeManifest(readFileSync(join(folder, name), 'utf8')).shards.flatMap(filesOf)),
  );
  return readdirSync(join(dataDir, 'index', 'shards')).filter((name) => !named.has(name));
}

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    yield { name: entry.name, path: join(entry.parentPath, entry.name) };
}
