import type { CommitOid, RepoPath } from '@sextant/sdk';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';
import { pathNotFound } from './tree.js';

/**
 * The tree of a commit, or what is below one path, under full names. Attributes that would leave files out or rewrite them
 * (`export-ignore`, `export-subst`, line ends) are switched off in every mirror's `info/attributes`: an archive is what was committed.
 */
export async function* readArchive(
  reader: RepositoryReader,
  { repository, oid, path, format, signal }: Target & { readonly oid: CommitOid; readonly path?: RepoPath; readonly format: 'zip' | 'tar' },
): AsyncGenerator<Buffer> {
  const gitDir = await reader.directory(repository);
  const found = await reader.pool.use(gitDir, { repository, signal }, (git) => git.info(path ? `${oid}:${path}` : `${oid}^{tree}`));
  if (!found) throw pathNotFound(path ?? '', oid);
  yield* reader.runner.stream(
    { subcommand: 'archive', options: [`--format=${format}`], operands: [oid], paths: path ? [path] : [] },
    { ...runIn(gitDir, { repository, signal }), lane: 'bulk' },
  );
}
