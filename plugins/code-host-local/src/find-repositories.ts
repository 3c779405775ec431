import { readdir, realpath, stat } from 'node:fs/promises';
import { join, matchesGlob, relative } from 'node:path';
import { type DataFolders, SextantError } from '@sextant/sdk';
import { type GitFolder, gitFolderAt } from './git-folder.js';
import { isInside } from './inside-roots.js';
import type { LocalConfig } from './local-config.js';

/** Folders that are looked into, over all roots. */
const MAX_FOLDERS = 100_000;
const SKIPPED = new Set(['node_modules']);

export interface LocalRepository extends GitFolder {
  readonly root: string;
  /** Below the root, `/`-separated; empty when the root is the repository. */
  readonly relativePath: string;
}

export interface Search {
  readonly repositories: readonly LocalRepository[];
  /** What could not be looked through, in words. With any, a repository that was not found may still be there. */
  readonly problems: readonly string[];
  /** Folders in which a Sextant stores its data, and that were left alone: its mirrors would be mirrored again. */
  readonly dataFolders: readonly string[];
  /** Roots that are one of these, or lie in one. */
  readonly refusedRoots: readonly string[];
}

/** The roots that are there, as real paths. */
export async function realRoots(config: LocalConfig): Promise<readonly string[]> {
  const roots = await Promise.all(config.roots.map((root) => realpath(root).catch(() => undefined)));
  return [...new Set(roots.filter((root) => root !== undefined))];
}

/**
 * Every repository in the roots, in a stable order: the roots', then by path. Links are not followed, hidden folders and node_modules not entered, and
 * nothing is looked for inside a repository.
 */
export async function findRepositories(config: LocalConfig, dataFolders: DataFolders, signal: AbortSignal): Promise<Search> {
  const roots = await realRoots(config);
  const walk = new Walk(config, roots, dataFolders, signal);
  const refusedRoots: string[] = [];
  for (const root of config.roots) {
    const real = await realpath(root).catch(() => undefined);
    const around = real === undefined ? undefined : await dataFolders.around(real);
    if (real === undefined || !(await stat(real)).isDirectory()) walk.problems.push(`${root} is not there, or not a folder`);
    else if (around !== undefined) {
      refusedRoots.push(root);
      walk.dataFolders.add(around);
    } else if (!walk.done.has(real)) await walk.enter(real, real, 0);
  }
  return { repositories: walk.found, problems: walk.problems, dataFolders: [...walk.dataFolders], refusedRoots };
}

class Walk {
  readonly found: LocalRepository[] = [];
  readonly problems: string[] = [];
  /** Roots can lie in one another; a folder is looked at once. */
  readonly done = new Set<string>();
  readonly dataFolders = new Set<string>();

  constructor(
    private readonly config: LocalConfig,
    private readonly roots: readonly string[],
    private readonly sextant: DataFolders,
    private readonly signal: AbortSignal,
  ) {}

  async enter(root: string, folder: string, depth: number): Promise<void> {
    this.signal.throwIfAborted();
    if (this.done.has(folder)) return;
    this.done.add(folder);
    const path = relative(root, folder).replaceAll('\\', '/');
    if (path !== '' && this.config.exclude.some((glob) => matchesGlob(path, glob))) return;
    if (await this.#isDataFolder(folder, [])) return;
    const repository = await gitFolderAt(folder, this.roots);
    if (repository) {
      if (await this.#liesInDataFolder(repository)) return;
      const wanted = path === '' || !this.config.include || this.config.include.some((glob) => matchesGlob(path, glob));
      if (wanted) this.found.push({ ...repository, root, relativePath: path });
      return;
    }
    if (depth >= this.config.depth) return;
    if (this.done.size > MAX_FOLDERS) {
      if (!this.problems.some((problem) => problem.startsWith('more than'))) this.problems.push(`more than ${MAX_FOLDERS} folders`);
      return;
    }
    for (const name of await this.#foldersIn(folder)) await this.enter(root, join(folder, name), depth + 1);
  }

  async #isDataFolder(folder: string, names: readonly string[]): Promise<boolean> {
    if (!(await this.sextant.isDataFolder(folder, names))) return false;
    this.dataFolders.add(folder);
    return true;
  }

  /** A work tree can belong to a mirror. */
  async #liesInDataFolder({ path, gitDir, commonDir }: GitFolder): Promise<boolean> {
    for (const part of [gitDir, commonDir].filter((one) => !isInside(one, [path]))) {
      const around = await this.sextant.around(part);
      if (around === undefined) continue;
      this.dataFolders.add(around);
      return true;
    }
    return false;
  }

  async #foldersIn(folder: string): Promise<readonly string[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries.map(({ name }) => name);
      if (await this.#isDataFolder(folder, names)) return [];
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      // A folder that went away while we looked is simply not there; any other failure hides what it holds.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.problems.push(`${folder} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
      return [];
    }
  }
}

export const unreadable = (problems: readonly string[]): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_LOCAL_UNREADABLE', {
    what: 'Not all folders of repositories could be looked through.',
    why: `${problems.slice(0, 5).join('; ')}.`,
    fix: 'Bring the folder back, give the right to read it, or exclude it.',
  });
