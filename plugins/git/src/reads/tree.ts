import type { CommitOid, RepoPath } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import type { TreeEntry } from '../api.js';
import { NUL, records } from '../process/records.js';
import { parseTree } from './parse-tree.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';
import { submoduleUrls } from './submodule-urls.js';

type At = Target & { readonly oid: CommitOid; readonly path: RepoPath };

export const pathNotFound = (path: string, oid: string): SextantError =>
  new SextantError('SEXTANT_GIT_PATH_NOT_FOUND', { what: `"${path}" does not exist at ${oid}.`, fix: 'Check the path and the revision.' });

const LINE = /^(\d{6}) (blob|tree|commit) ([0-9a-f]+) +(\d+|-)\t([\s\S]*)$/;
const DEFAULT_LIMIT = 1_000_000;

/** One level of a folder, or everything below it, in git's order. Links and submodules are entries; nothing is followed. */
export async function* readTree(
  reader: RepositoryReader,
  { repository, oid, path, recursive, limit = DEFAULT_LIMIT, signal }: At & { readonly recursive?: boolean; readonly limit?: number },
): AsyncGenerator<TreeEntry> {
  const gitDir = await reader.directory(repository);
  const name = `${oid}:${path}`;
  const folder = await reader.pool.use(gitDir, { repository, signal }, (git) => git.info(name));
  if (folder?.type !== 'tree') throw pathNotFound(path, oid);
  let urls: ReadonlyMap<string, string> | undefined;
  let left = limit;
  const listing = reader.runner.stream(
    { subcommand: 'ls-tree', options: ['-z', '-l', ...(recursive ? ['-r', '-t'] : [])], operands: [folder.oid] },
    runIn(gitDir, { repository, signal }),
  );
  for await (const record of records(listing, NUL)) {
    if (left-- <= 0) return;
    const match = LINE.exec(record.toString('utf8'));
    if (!match) continue;
    const type = match[2] as TreeEntry['type'];
    const entryPath = (path === '' ? match[5]! : `${path}/${match[5]}`) as RepoPath;
    if (type === 'commit') urls ??= await submoduleUrls(reader, gitDir, oid, { repository, signal });
    const url = type === 'commit' ? urls?.get(entryPath) : undefined;
    yield {
      path: entryPath,
      oid: match[3]!,
      type,
      mode: match[1]!,
      ...(match[4] === '-' ? {} : { size: Number(match[4]) }),
      ...(url === undefined ? {} : { submoduleUrl: url }),
    };
  }
}

/** What stands at a path, without following it; null when nothing does. The root is a tree. */
export async function readEntry(reader: RepositoryReader, { repository, oid, path, signal }: At): Promise<TreeEntry | null> {
  const gitDir = await reader.directory(repository);
  const slash = path.lastIndexOf('/');
  const [parent, name] = [slash === -1 ? '' : path.slice(0, slash), path.slice(slash + 1)];
  const entry = await reader.pool.use(gitDir, { repository, signal }, async (git): Promise<TreeEntry | null> => {
    if (path === '') {
      const root = await git.info(`${oid}^{tree}`);
      return root && { path, oid: root.oid, type: 'tree', mode: '040000' };
    }
    const folder = await git.info(`${oid}:${parent}`);
    if (folder?.type !== 'tree') return null;
    const listing = await git.object(folder.oid);
    const found = listing && parseTree(listing.content, folder.oid.length / 2).find((e) => e.name === name);
    if (!found) return null;
    const size = found.type === 'blob' ? (await git.info(found.oid))?.size : undefined;
    return { path, oid: found.oid, type: found.type, mode: found.mode, ...(size === undefined ? {} : { size }) };
  });
  if (entry?.type !== 'commit') return entry;
  const url = (await submoduleUrls(reader, gitDir, oid, { repository, signal })).get(path);
  return url === undefined ? entry : { ...entry, submoduleUrl: url };
}
