import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';

/** Where a repository on this disk keeps what. All paths are real: no link is left in them. */
export interface GitFolder {
  /** What git clones from: the work tree, or the bare repository. */
  readonly path: string;
  /** HEAD is here. */
  readonly gitDir: string;
  /** Branches and objects are here; another folder than `gitDir` for a linked work tree. */
  readonly commonDir: string;
  readonly bare: boolean;
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  );

/** Is `path` one of the folders, or below one? Both must be real paths. */
export const isInside = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep));

/**
 * The repository whose work tree or bare folder this is; undefined when it is none, or when it leads out of `roots` (real paths): by a link, a
 * `gitdir:` line or a shared object store. Nothing outside may be read through a repository inside.
 */
export async function gitFolderAt(path: string, roots: readonly string[]): Promise<GitFolder | undefined> {
  const dotGit = join(path, '.git');
  const isTree = await stat(dotGit).catch(() => undefined);
  const linked = isTree?.isFile() ? await linkedGitDir(path, dotGit) : undefined;
  const gitDir = await realpath(isTree?.isFile() ? (linked ?? '') : isTree?.isDirectory() ? dotGit : path).catch(() => undefined);
  if (gitDir === undefined || !isInside(gitDir, roots)) return undefined;
  // git obeys `commondir` in every git folder, not only in those of linked work trees.
  const commonDir = await commonDirOf(gitDir);
  if (commonDir === undefined || !isInside(commonDir, roots)) return undefined;
  const sound =
    (await isFile(join(gitDir, 'HEAD'))) && (await isDirectory(join(commonDir, 'objects'))) && (await isDirectory(join(commonDir, 'refs')));
  if (!sound || !(await borrowsInside(commonDir, roots))) return undefined;
  return { path: await realpath(path), gitDir, commonDir, bare: !isTree };
}

async function linkedGitDir(path: string, dotGit: string): Promise<string | undefined> {
  const text = await readFile(dotGit, 'utf8').catch(() => '');
  const target = /^gitdir: (.+?)\r?\n?$/.exec(text)?.[1];
  return target === undefined ? undefined : resolve(path, target);
}

async function commonDirOf(gitDir: string): Promise<string | undefined> {
  const text = await readFile(join(gitDir, 'commondir'), 'utf8').catch(() => undefined);
  return text === undefined ? gitDir : realpath(resolve(gitDir, text.trim())).catch(() => undefined);
}

/** Does every object store that git would read from here, however far it is borrowed, lie in `roots`? */
async function borrowsInside(commonDir: string, roots: readonly string[]): Promise<boolean> {
  const first = await realpath(join(commonDir, 'objects')).catch(() => undefined);
  const refs = await realpath(join(commonDir, 'refs')).catch(() => undefined);
  if (first === undefined || refs === undefined || !isInside(refs, roots)) return false;
  const stores = new Set([first]);
  for (const objects of stores) {
    if (!isInside(objects, roots)) return false;
    for (const folder of [objects, join(objects, 'pack'), join(objects, 'info')]) if (!(await linksInside(folder, roots))) return false;
    const text = await readFile(join(objects, 'info', 'alternates'), 'utf8').catch(() => '');
    for (const line of text.split('\n').filter((l) => l !== '' && !l.startsWith('#'))) {
      // git unquotes such a line; we need not, to know that nobody writes one by accident.
      if (line.startsWith('"')) return false;
      const store = await realpath(resolve(objects, line)).catch(() => undefined);
      if (store !== undefined) stores.add(store);
    }
  }
  return true;
}

async function linksInside(folder: string, roots: readonly string[]): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((e) => e.isSymbolicLink())) {
    const target = await realpath(join(folder, entry.name)).catch(() => undefined);
    if (target !== undefined && !isInside(target, roots)) return false;
  }
  return true;
}
