import { readFile, realpath, stat } from 'node:fs/promises';
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
  const commonDir = linked ? await commonDirOf(gitDir) : gitDir;
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

async function borrowsInside(commonDir: string, roots: readonly string[]): Promise<boolean> {
  const objects = join(commonDir, 'objects');
  if (!isInside(await realpath(objects).catch(() => '/'), roots)) return false;
  const text = await readFile(join(objects, 'info', 'alternates'), 'utf8').catch(() => '');
  for (const line of text.split('\n').filter((l) => l !== '' && !l.startsWith('#'))) {
    const store = await realpath(resolve(objects, line)).catch(() => undefined);
    if (store !== undefined && !isInside(store, roots)) return false;
  }
  return true;
}
