import { CommitOid, SextantError } from '@sextant/sdk';
import type { Commit } from '../api.js';
import type { CatFile } from '../process/cat-file.js';
import { parseCommit } from './parse-commit.js';
import type { RepositoryReader, Target } from './repository-reader.js';

export async function readCommit(
  reader: RepositoryReader,
  { repository, oid, signal }: Target & { readonly oid: CommitOid },
): Promise<Commit> {
  return reader.pool.use(await reader.directory(repository), { repository, signal }, (git) => commitObject(git, oid));
}

/** @throws SEXTANT_GIT_REVISION_NOT_FOUND when there is no commit of that hash. */
export async function commitObject(git: CatFile, oid: string): Promise<Commit> {
  return (await commitObjects(git, [oid]))[0]!;
}

export async function commitObjects(git: CatFile, oids: readonly string[]): Promise<Commit[]> {
  return (await git.objects(oids)).map((found, i) => {
    if (found?.type === 'commit') return parseCommit(CommitOid.parse(found.oid), found.content);
    throw new SextantError('SEXTANT_GIT_REVISION_NOT_FOUND', {
      what: `There is no commit ${oids[i]}.`,
      fix: 'Check the hash, or refresh the repository.',
    });
  });
}
