import { realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isInside, readInside, staysInside } from './inside-roots.js';

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

/** What git reads of its folder to serve a clone. Hooks and logs are not run or read, and some tools link them elsewhere. */
const READ: ReadonlySet<string> = new Set([
  'HEAD',
  'config',
  'config.worktree',
  'info',
  'objects',
  'packed-refs',
  'refs',
  'reftable',
  'shallow',
]);
const GRAFTS: ReadonlySet<string> = new Set(['grafts']);

/**
 * The repository whose work tree or bare folder this is; undefined when it is none, or when it leads out of `roots` (real paths): by a link, a
 * `gitdir:` line or a shared object store. Nothing outside may be read through a repository inside.
 * @param thorough looks at every file of refs and objects, as must be done before git reads them; a listing reads none
 */
export async function gitFolderAt(
  path: string,
  roots: readonly string[],
  { thorough = false }: { readonly thorough?: boolean } = {},
): Promise<GitFolder | undefined> {
  const dotGit = join(path, '.git');
  const isTree = await stat(dotGit).catch(() => undefined);
  const linked = isTree?.isFile() ? await linkedGitDir(path, dotGit, roots) : undefined;
  const gitDir = await realpath(isTree?.isFile() ? (linked ?? '') : isTree?.isDirectory() ? dotGit : path).catch(() => undefined);
  if (gitDir === undefined || !isInside(gitDir, roots)) return undefined;
  // git obeys `commondir` in every git folder, not only in those of linked work trees.
  const commonDir = await commonDirOf(gitDir, roots);
  if (commonDir === undefined || !isInside(commonDir, roots)) return undefined;
  const sound =
    (await isFile(join(gitDir, 'HEAD'))) && (await isDirectory(join(commonDir, 'objects'))) && (await isDirectory(join(commonDir, 'refs')));
  if (!sound) return undefined;
  for (const folder of new Set([gitDir, commonDir])) if (!(await staysInside(folder, roots, { names: READ }))) return undefined;
  if (!(await staysInside(join(commonDir, 'info'), roots, { names: GRAFTS })) || !(await borrowsInside(commonDir, roots, thorough)))
    return undefined;
  return { path: await realpath(path), gitDir, commonDir, bare: !isTree };
}

async function linkedGitDir(path: string, dotGit: string, roots: readonly string[]): Promise<string | undefined> {
  const target = /^gitdir: (.+?)\r?\n?$/.exec((await readInside(dotGit, roots)) ?? '')?.[1];
  return target === undefined ? undefined : resolve(path, target);
}

async function commonDirOf(gitDir: string, roots: readonly string[]): Promise<string | undefined> {
  const text = await readInside(join(gitDir, 'commondir'), roots);
  if (text === undefined) return undefined;
  return text === '' ? gitDir : realpath(resolve(gitDir, text.trim())).catch(() => undefined);
}

/** Does every ref and object store that git would read from here, however far it is borrowed, lie in `roots`? */
async function borrowsInside(commonDir: string, roots: readonly string[], thorough: boolean): Promise<boolean> {
  const first = await realpath(join(commonDir, 'objects')).catch(() => undefined);
  const refs = await realpath(join(commonDir, 'refs')).catch(() => undefined);
  if (first === undefined || refs === undefined || !isInside(refs, roots)) return false;
  if (thorough && !(await staysInside(refs, roots, { recursive: true }))) return false;
  const stores = new Set([first]);
  for (const objects of stores) {
    if (!isInside(objects, roots)) return false;
    const folders = thorough ? [objects] : [objects, join(objects, 'pack'), join(objects, 'info')];
    for (const folder of folders) if (!(await staysInside(folder, roots, { recursive: thorough }))) return false;
    const text = await readInside(join(objects, 'info', 'alternates'), roots);
    if (text === undefined) return false;
    for (const line of text.split('\n').filter((l) => l !== '' && !l.startsWith('#'))) {
      // git unquotes such a line; we need not, to know that nobody writes one by accident.
      if (line.startsWith('"')) return false;
      const store = await realpath(resolve(objects, line)).catch(() => undefined);
      if (store !== undefined) stores.add(store);
    }
  }
  return true;
}
