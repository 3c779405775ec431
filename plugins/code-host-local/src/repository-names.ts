import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { RepoName } from '@sextant/sdk';

export interface Located {
  readonly root: string;
  readonly path: string;
  /** Below the root; empty when the root is the repository. */
  readonly relativePath: string;
}

/**
 * A name for each repository, in the order given: its path below the root, or the root's own name. Where that is taken, the name of the root's folder
 * comes before it, and after that a mark made of the path. A repository keeps its name when others are added behind it.
 */
export function repositoryNames(repositories: readonly Located[]): readonly RepoName[] {
  const taken = new Set<string>();
  return repositories.map(({ root, path, relativePath }) => {
    const own = relativePath === '' ? basename(root) : relativePath;
    const candidates = [own, `${basename(root)}/${own}`, `${own}-${pathMark(path)}`, `repository-${pathMark(path, 16)}`];
    const names = candidates.map(safeName).filter((name) => name !== undefined);
    const name = names.find((candidate) => !taken.has(candidate.toLowerCase())) ?? (`repository-${pathMark(path, 64)}` as RepoName);
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Identifies a folder without telling where it is. */
export const pathMark = (path: string, length = 6): string => createHash('sha256').update(path).digest('hex').slice(0, length);

/** A path made into a name: what no name may hold becomes `-`, and the `.git` of bare repositories goes. */
function safeName(path: string): RepoName | undefined {
  const name = path
    .split('/')
    .map((segment) =>
      segment
        .replace(/\.git$/i, '')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
        .replace(/[\u0000-\u001f\u007f\\<>"|?*\u202a-\u202e\u2066-\u2069]/g, '-')
        .replace(/%2e/gi, '.')
        .replace(/^[-\s]+|\s+$/g, ''),
    )
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
    .join('/');
  return RepoName.is(name) ? name : undefined;
}
