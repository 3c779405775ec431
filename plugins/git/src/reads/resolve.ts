import { CommitOid, type RepoName, type RevSpec, SextantError } from '@sextant/sdk';
import type { CatFile } from '../process/cat-file.js';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';

/** The commit a revision names. A tag wins over a branch of the same name, as in git. */
export async function resolveRevision(
  reader: RepositoryReader,
  { repository, revision, signal }: Target & { readonly revision: RevSpec },
): Promise<CommitOid> {
  const gitDir = await reader.directory(repository);
  const [oid] = await reader.pool.use(gitDir, { repository, signal }, (git) => commitsOf(git, [revision]));
  if (!oid)
    throw new SextantError('SEXTANT_GIT_REVISION_NOT_FOUND', {
      what: `Revision "${revision}" does not exist in ${repository}.`,
      fix: 'Check the spelling, or refresh the repository.',
    });
  return oid;
}

interface Item {
  readonly repository: RepoName;
  readonly revision: RevSpec;
}

/** Many at once; null where the repository or the revision is not there. */
export async function resolveMany(
  reader: RepositoryReader,
  { items, signal }: { readonly items: readonly Item[]; readonly signal?: AbortSignal },
): Promise<(CommitOid | null)[]> {
  const answers = new Array<CommitOid | null>(items.length).fill(null);
  const byRepository = Map.groupBy(
    items.map((item, index) => ({ ...item, index })),
    (item) => item.repository,
  );
  await Promise.all(
    [...byRepository].map(async ([repository, asked]) => {
      const gitDir = await reader.directory(repository).catch(absent);
      if (gitDir === null) return;
      const found = await reader.pool.use(gitDir, { repository, signal }, (git) =>
        commitsOf(
          git,
          asked.map((a) => a.revision),
        ),
      );
      asked.forEach((a, i) => {
        answers[a.index] = found[i] ?? null;
      });
    }),
  );
  return answers;
}

const absent = (error: unknown): null => {
  if (SextantError.is(error) && error.code === 'SEXTANT_GIT_NOT_CLONED') return null;
  throw error;
};

async function commitsOf(git: CatFile, revisions: readonly string[]): Promise<(CommitOid | null)[]> {
  const infos = await git.infos(revisions.map((revision) => `${revision}^{commit}`));
  return infos.map((info) => (info?.type === 'commit' ? CommitOid.parse(info.oid) : null));
}

/** The branch that HEAD names, or `HEAD` itself where it names none; null in an empty repository. */
export async function defaultBranch(
  reader: RepositoryReader,
  { repository, signal }: Target,
): Promise<{ readonly name: string; readonly target: CommitOid } | null> {
  const gitDir = await reader.directory(repository);
  const symbolic = await reader.runner.text(
    { subcommand: 'symbolic-ref', options: ['--quiet'], operands: ['HEAD'] },
    { ...runIn(gitDir, { repository, signal }), accept: [0, 1] },
  );
  const [target] = await reader.pool.use(gitDir, { repository, signal }, (git) => commitsOf(git, ['HEAD']));
  return target ? { name: symbolic.replace(/^refs\/heads\//, '') || 'HEAD', target } : null;
}
