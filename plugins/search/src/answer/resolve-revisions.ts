import type { Repository } from '@sextant/plugin-code-host/api';
import type { CommitOid } from '@sextant/sdk';
import type { IndexedRepository } from '../engine/contract.js';
import type { Revision } from '../query/revisions.js';
import type { CommitScope } from './commit-matches.js';
import type { IndexedScope } from './indexed-matches.js';
import { type RepositoryRevisions, revisionsOf } from './revisions-of.js';
import { failed, type SearchRun, type Target } from './search-run.js';

export interface ResolvedRevisions {
  readonly indexed: readonly IndexedScope[];
  readonly unindexed: readonly Target[];
}

const MAX_REVISIONS = 50;
const AT_ONCE = 8;

/**
 * Decides for each repository and revision whether the index can answer it, or its files must be read.
 * @param held what the index holds
 */
export async function resolveRevisions(
  run: SearchRun,
  revisions: readonly Revision[],
  repositories: readonly Repository[],
  index: 'yes' | 'only' | 'no',
  held: ReadonlyMap<number, IndexedRepository>,
): Promise<ResolvedRevisions> {
  if (revisions.length === 0 && index !== 'no') return { indexed: repositories.map((repository) => ({ repository })), unindexed: [] };
  const indexed: IndexedScope[] = [];
  const unindexed: Target[] = [];
  for (const { repository, wanted, not } of await resolvedIn(run, revisions, repositories)) {
    const seen = new Set<CommitOid>(not);
    for (const { name, commit } of wanted) {
      if (seen.has(commit)) continue;
      seen.add(commit);
      const branch = index === 'no' ? undefined : held.get(repository.id)?.branches.find((b) => b.commit === commit);
      if (branch) indexed.push({ repository, branch: branch.name });
      else if (index !== 'only') unindexed.push({ repository, revision: name, commit });
      else run.tally.leaveOut('not-indexed', 'The index does not hold the revision', { repository });
    }
  }
  return { indexed, unindexed };
}

/** The histories to search: from the revisions, without what `^a` reaches. */
export async function commitScopes(
  run: SearchRun,
  revisions: readonly Revision[],
  repositories: readonly Repository[],
): Promise<readonly CommitScope[]> {
  return (await resolvedIn(run, revisions, repositories)).flatMap(({ repository, wanted, not }) =>
    wanted.length > 0 ? [{ repository, from: wanted.map((w) => w.commit), not }] : [],
  );
}

type Resolved = RepositoryRevisions & { readonly repository: Repository };

/** In the order of the repositories; what cannot be resolved is noted as left out. */
async function resolvedIn(
  run: SearchRun,
  revisions: readonly Revision[],
  repositories: readonly Repository[],
): Promise<readonly Resolved[]> {
  const results: (Resolved | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < repositories.length; i = next++) results[i] = await resolvedOne(run, revisions, repositories[i] as Repository);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results.filter((result) => result !== undefined);
}

async function resolvedOne(run: SearchRun, revisions: readonly Revision[], repository: Repository): Promise<Resolved | undefined> {
  if (run.timeLeft() <= 0) {
    run.tally.leaveOut('timed-out', 'The time was up before all revisions were looked up', { repository });
    return undefined;
  }
  try {
    const found = await revisionsOf(run.git, repository, revisions, run.signal);
    // HEAD of an empty repository stands for nothing, and nothing is left out.
    if (revisions.length > 0)
      for (const revision of found.missing) {
        run.missing.push({ repository, revision });
        run.tally.leaveOut('repository-missing', `There is no revision "${revision}"`, { repository });
      }
    if (found.wanted.length <= MAX_REVISIONS) return { ...found, repository };
    run.tally.leaveOut('not-indexed', `More revisions fit than the ${MAX_REVISIONS} that were searched`, {
      repository,
      count: found.wanted.length - MAX_REVISIONS,
    });
    return { ...found, wanted: found.wanted.slice(0, MAX_REVISIONS), repository };
  } catch (error) {
    failed(run, error, 'The revisions could not be looked up', repository);
    return undefined;
  }
}
