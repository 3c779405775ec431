import type { Repositories, Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { IndexedRepository } from '../engine/contract.js';
import type { CommitPlan, PlanAlternative } from '../query/plan.js';
import { commitMatches } from './commit-matches.js';
import { indexedMatches } from './indexed-matches.js';
import { repositoryStream } from './repository-stream.js';
import { commitScopes, type ResolvedRevisions, resolveRevisions } from './resolve-revisions.js';
import { failed, type Matches, type SearchRun, type Target, wantedOf } from './search-run.js';
import { sourcedMatches } from './sourced-matches.js';
import { unindexedMatches } from './unindexed-matches.js';

/** The streams that together answer one alternative of a query in these repositories. */
export async function alternativeMatches(
  run: SearchRun,
  alternative: PlanAlternative,
  repositories: readonly Repository[],
  source: { readonly repositories: Repositories; readonly actor: Actor },
): Promise<readonly Matches[]> {
  const { kinds, sources, expr, commits, index } = alternative;
  const { revisions } = alternative.repositories;
  const streams: Matches[] = [];
  if (kinds.includes('repository')) streams.push(repositoryStream(run, expr, alternative.repositories, repositories, source));
  if (commits) {
    const scopes = await commitScopes(run, revisions, withHistory(run, commits, repositories));
    for (const kind of ['commit', 'diff'] as const) if (kinds.includes(kind)) streams.push(commitMatches(run, scopes, expr, commits, kind));
  }
  for (const type of sources) {
    const found = run.provided.source(type);
    if (found) streams.push(sourcedMatches(run, found, expr, repositories, source.actor));
  }
  const want = wantedOf(kinds);
  if (!want) return streams;
  const held = await heldOf(run, repositories);
  // The index answers for a default branch whatever has become of its mirror.
  const among = revisions.length === 0 && index !== 'no' ? repositories : repositories.filter((r) => isCloned(run, r));
  const resolved = await resolveRevisions(run, revisions, among, index, held);
  noteStale(run, resolved, held);
  streams.push(documentMatches(run, alternative, want, resolved, held));
  return streams;
}

async function* documentMatches(
  run: SearchRun,
  { expr, phrase, index }: PlanAlternative,
  want: 'content' | 'path' | 'symbol',
  { indexed, unindexed }: ResolvedRevisions,
  held: ReadonlyMap<number, IndexedRepository>,
): Matches {
  let missing: readonly Repository[] = [];
  yield* indexedMatches(run, indexed, { expr, phrase }, want, held, (repositories) => {
    missing = repositories;
  });
  const heads: Target[] = [];
  for (const repository of missing) {
    const head = await headOf(run, repository);
    if (!head) continue;
    if (index === 'only') run.tally.leaveOut('not-indexed', 'There is no index yet', { repository });
    else heads.push(head);
  }
  const targets = [...unindexed, ...heads];
  if (targets.length === 0) return;
  yield* run.meter.span('scan files', () => unindexedMatches(run, targets, expr, want), { 'sextant.search.revisions': targets.length });
}

/** The default branch of a repository that is not indexed; an empty repository has none, and nothing is left out. */
async function headOf(run: SearchRun, repository: Repository): Promise<Target | undefined> {
  if (!isCloned(run, repository)) return undefined;
  try {
    const head = await run.git.defaultBranch({ repository: repository.name, signal: run.signal });
    return head ? { repository, revision: head.name, commit: head.target } : undefined;
  } catch (error) {
    failed(run, error, 'The default branch could not be read', repository);
    return undefined;
  }
}

/** Those whose histories are searched: as many as one search reads. */
export function withHistory(run: SearchRun, { after, before }: CommitPlan, repositories: readonly Repository[]): readonly Repository[] {
  const cloned = repositories.filter((r) => isCloned(run, r));
  const most = [...after, ...before].some(({ negated }) => !negated) ? run.historyRepositoriesInTime : run.historyRepositories;
  if (most < 0 || cloned.length <= most) return cloned;
  run.tally.leaveOut('repository-limit', `The histories of ${most} of ${cloned.length} repositories were searched`, {
    count: cloned.length - most,
  });
  return cloned.slice(0, most);
}

/** A repository whose mirror is there. Others are named in the verdict. */
export function isCloned(run: SearchRun, repository: Repository): boolean {
  const status = run.mirrors.get(repository.id)?.status;
  if (status === 'cloned') return true;
  if (status === 'cloning' || status === 'queued')
    run.tally.leaveOut('repository-cloning', 'The repository is being cloned', { repository });
  else if (status === 'corrupt') run.tally.leaveOut('degraded', 'The mirror is damaged and is cloned again', { repository });
  else run.tally.leaveOut('repository-missing', 'The repository is not cloned', { repository });
  return false;
}

/** Without an answer the index is still asked: it is only not known how old it is, which is said as a node that is missing. */
export async function heldOf(run: SearchRun, repositories: readonly Repository[]): Promise<ReadonlyMap<number, IndexedRepository>> {
  if (repositories.length === 0) return new Map();
  try {
    const states = await run.engine.status({ repositories: repositories.map((r) => r.id), signal: run.signal });
    const held = new Map<number, IndexedRepository>();
    for (const state of states) held.set(state.repository, state);
    return held;
  } catch (error) {
    if (run.signal.aborted) throw error;
    run.log.warn('No search node says what it holds', { error });
    for (const repository of repositories) run.tally.leaveOut('shard-missing', 'A search node does not answer', { repository });
    return new Map();
  }
}

/** The mirror has moved past the commit that the index answers with: newer lines are not found. */
function noteStale(run: SearchRun, { indexed }: ResolvedRevisions, held: ReadonlyMap<number, IndexedRepository>): void {
  for (const { repository, branch } of indexed) {
    if (branch !== undefined) continue;
    const head = run.mirrors.get(repository.id)?.head;
    const inIndex = head && held.get(repository.id)?.branches[0];
    if (inIndex && inIndex.commit !== head.commit)
      run.tally.leaveOut('stale', 'The repository has newer commits than the index', { repository });
  }
}
