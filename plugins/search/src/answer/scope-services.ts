import type { Repositories, Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { DocExpr } from '../engine/contract.js';
import type { ProvidedPredicate, RepositoryPredicate } from '../query/plan.js';
import { askPlugin } from './ask-plugin.js';
import type { ScopeServices } from './resolve-scope.js';
import { failed, type SearchRun } from './search-run.js';

/** What of a search its scope needs. */
export type ScopeRun = Pick<
  SearchRun,
  'engine' | 'git' | 'log' | 'signal' | 'look' | 'sees' | 'seesWhole' | 'tally' | 'timeLeft' | 'provided'
>;

/** Asks index and mirrors what a scope depends on. What they cannot tell goes into the verdict. */
export const scopeServices = (run: ScopeRun, repositories: Repositories): ScopeServices => ({
  repositories,
  chosen: (predicate, among, actor) => chosen(run, predicate, among, actor),
  hasFile: (among, predicate) => withFile(run, among, predicate),
  hasCommitAfter: (repository, time) => hasCommitAfter(run, repository, time),
});

async function chosen(
  run: ScopeRun,
  { called, argument }: ProvidedPredicate,
  among: readonly Repository[],
  actor: Actor,
): Promise<ReadonlySet<number> | undefined> {
  if (among.length === 0) return new Set();
  const predicate = run.provided.repositoryPredicate(called);
  const scoped = among.map(({ id, name }) => ({ id, name }));
  return await askPlugin(run, `repo:${called}()`, async (signal) => {
    const ids = await predicate?.choose(argument, scoped, { actor, signal });
    if (!(ids instanceof Set)) throw new TypeError('The predicate answered with something that is not a Set');
    return ids;
  });
}

/** One hit a repository is enough, so the limits are wide; nothing of the documents is shown. */
async function withFile(
  run: ScopeRun,
  among: readonly Repository[],
  predicate: Extract<RepositoryPredicate, { name: 'has-file' }>,
): Promise<ReadonlySet<number>> {
  const holding = new Set<number>();
  if (among.length === 0) return holding;
  const of: DocExpr[] = [];
  if (predicate.path !== undefined) of.push({ op: 'path', pattern: { kind: 'regexp', source: predicate.path, caseSensitive: false } });
  if (predicate.content !== undefined)
    of.push({ op: 'content', pattern: { kind: 'regexp', source: predicate.content, caseSensitive: false } });
  const byId = new Map(among.map((repository) => [repository.id, repository]));
  const events = run.engine.search({
    scope: { repositories: among.map(({ id }) => ({ id })) },
    expr: { op: 'and', of },
    limits: {
      maxMatches: 1_000_000_000,
      maxDocuments: 1_000_000,
      contextLines: 0,
      lines: false,
      deadline: Math.max(1, run.timeLeft()),
      countAll: false,
      scores: false,
      // Where the one document that is found might be hidden, all are looked for.
      ...(among.every(({ id }) => run.seesWhole(id)) ? { firstOf: 'repository' } : {}),
    },
    want: 'path',
    signal: run.signal,
  });
  const unchecked = 'The condition on files could not be checked everywhere';
  try {
    for await (const event of events) {
      if (event.type === 'documents') {
        await run.look();
        for (const { repository, path } of event.documents) if (run.sees(repository, path)) holding.add(repository);
      } else if (event.type === 'done') {
        const { timedOut, limitHit, degraded, notIndexed, unanswered = [] } = event.summary;
        if (timedOut || limitHit) run.tally.leaveOut('timed-out', unchecked);
        const leaveOut = (reason: 'degraded' | 'shard-missing' | 'not-indexed', ids: readonly number[]): void => {
          for (const repository of ids.flatMap((id) => byId.get(id) ?? [])) run.tally.leaveOut(reason, unchecked, { repository });
        };
        leaveOut(
          'degraded',
          degraded.map((d) => d.repository),
        );
        leaveOut('shard-missing', unanswered);
        leaveOut('not-indexed', await withContent(run, notIndexed, byId));
      }
    }
  } catch (error) {
    if (run.signal.aborted) throw error;
    run.log.warn('No search node answers', { error });
    for (const repository of among) run.tally.leaveOut('shard-missing', unchecked, { repository });
  }
  return holding;
}

/** Each takes two questions to git; of thousands that wait for their index, most hold something. */
const MAX_ASKED = 50;

/** Without the repositories in which nothing was committed yet: no condition on files holds there, and no index will ever tell. */
async function withContent(run: ScopeRun, ids: readonly number[], byId: ReadonlyMap<number, Repository>): Promise<readonly number[]> {
  const states = await Promise.all(
    ids.map(async (id, at) => {
      if (at >= MAX_ASKED) return { id, isEmpty: false };
      const repository = byId.get(id);
      const head = repository && (await run.git.defaultBranch({ repository: repository.name, signal: run.signal }).catch(() => undefined));
      return { id, isEmpty: head === null };
    }),
  );
  return states.filter(({ isEmpty }) => !isEmpty).map(({ id }) => id);
}

async function hasCommitAfter(run: ScopeRun, repository: Repository, after: string): Promise<boolean> {
  if (run.timeLeft() <= 0) {
    run.tally.leaveOut('timed-out', 'The condition on commits could not be checked everywhere', { repository });
    return false;
  }
  try {
    const head = await run.git.defaultBranch({ repository: repository.name, signal: run.signal });
    if (!head) return false;
    for await (const _ of run.git.log({ repository: repository.name, from: [head.target], after, limit: 1, signal: run.signal }))
      return true;
  } catch (error) {
    failed(run, error, 'The condition on commits could not be checked everywhere', repository);
  }
  return false;
}
