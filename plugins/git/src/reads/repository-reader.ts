import type { RepoName } from '@sextant/sdk';
import type { CatFilePool, Reading } from '../process/cat-file-pool.js';
import type { GitRunner } from '../process/git-runner.js';

/** What every read works with. */
export interface RepositoryReader {
  readonly runner: GitRunner;
  readonly pool: CatFilePool;
  /** The bare repository on disk. @throws SEXTANT_GIT_NOT_CLONED */
  directory(repository: RepoName): Promise<string>;
}

export interface Target {
  readonly repository: RepoName;
  readonly signal?: AbortSignal;
}

/** The part of {@link import('../process/git-runner.js').RunOptions} that every read shares. */
export const runIn = (gitDir: string, { repository, signal }: Reading) => ({
  gitDir,
  ...(repository ? { repository } : {}),
  ...(signal ? { signal } : {}),
});
