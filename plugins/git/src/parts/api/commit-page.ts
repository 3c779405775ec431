import { encodeCursor } from '@sextant/sdk';
import type { Commit, GitCommitParent } from '../../api.js';

/** The position behind a cursor of a list that is paged by counting. */
export const offsetOf = (position: string | undefined): number => {
  const offset = Number(position ?? 0);
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : 0;
};

/** A page of commits; one more than asked for tells that there are others. */
export function commitPage({ repository }: Pick<GitCommitParent, 'repository'>, commits: readonly Commit[], limit: number, skip: number) {
  const hasNextPage = commits.length > limit;
  return {
    nodes: commits.slice(0, limit).map((commit): GitCommitParent => ({ repository, oid: commit.oid, commit })),
    pageInfo: { hasNextPage, endCursor: hasNextPage ? encodeCursor('commits', String(skip + limit)) : null },
  };
}
