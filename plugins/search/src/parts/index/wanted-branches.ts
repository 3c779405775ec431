import type { Git } from '@sextant/plugin-git/api';
import { type RepoName, RevSpec } from '@sextant/sdk';

/**
 * The branches of a repository that the index is to hold, with their heads; the default one first.
 * @param extra as configured; those that the repository has not are left out
 * @param known the default branch, where it is known; git is asked otherwise, which starts processes
 * @returns undefined for an empty repository, and for one whose mirror is not there yet
 */
export async function wantedBranches(
  git: Git,
  repository: RepoName,
  extra: readonly string[] = [],
  signal: AbortSignal,
  known?: { readonly name: string; readonly target: string },
): Promise<readonly { readonly name: string; readonly commit: string }[] | undefined> {
  const head = known ?? (await git.defaultBranch({ repository, signal }));
  if (!head) return undefined;
  const named = extra.filter((branch) => branch !== head.name);
  const items = named.map((branch) => ({ repository, revision: RevSpec.parse(`refs/heads/${branch}`) }));
  const commits = items.length === 0 ? [] : await git.resolveMany({ items, signal });
  return [{ name: head.name, commit: head.target }, ...named.flatMap((name, i) => (commits[i] ? [{ name, commit: commits[i] }] : []))];
}
