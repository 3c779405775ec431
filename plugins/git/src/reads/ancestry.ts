import { CommitOid } from '@sextant/sdk';
import { type RepositoryReader, runIn, type Target } from './repository-reader.js';

type Pair = Target & { readonly a: CommitOid; readonly b: CommitOid };

/** The best common ancestor; null for histories that share nothing. */
export async function mergeBase(reader: RepositoryReader, { repository, a, b, signal }: Pair): Promise<CommitOid | null> {
  const gitDir = await reader.directory(repository);
  const text = await reader.runner.text(
    { subcommand: 'merge-base', operands: [a, b] },
    { ...runIn(gitDir, { repository, signal }), accept: [0, 1] },
  );
  return text === '' ? null : CommitOid.parse(text.split('\n')[0]!);
}

/** How many commits only `a` has, and only `b`. */
export async function aheadBehind(
  reader: RepositoryReader,
  { repository, a, b, signal }: Pair,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  const gitDir = await reader.directory(repository);
  const text = await reader.runner.text(
    { subcommand: 'rev-list', options: ['--count', '--left-right'], operands: [`${a}...${b}`] },
    runIn(gitDir, { repository, signal }),
  );
  const [ahead = 0, behind = 0] = text.split('\t').map(Number);
  return { ahead, behind };
}
