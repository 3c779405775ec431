import type { Repository } from '@sextant/plugin-code-host/api';
import type { Git, MirrorState } from '@sextant/plugin-git/api';
import type { CommitOid } from '@sextant/sdk';
import type { SearchEngine, SearchMatch } from '../api.js';
import type { EngineSummary, SearchLimits } from '../engine/contract.js';
import type { ShardExecutor } from '../engine/shard-executor.js';
import type { ResultKind } from '../query/plan.js';
import type { Tally } from './tally.js';

/** Everything one search works with. */
export interface SearchRun {
  readonly git: Git;
  readonly engine: SearchEngine;
  /** Threads that search files which no index holds. */
  readonly scanner: ShardExecutor;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly contextLines: number;
  /** Matches that may still be collected. */
  remaining(): number;
  /** Milliseconds until the answer is due. */
  timeLeft(): number;
  readonly countAll: boolean;
  /** Told of a repository whose index failed: it is built anew soon. */
  damaged(repositoryId: number): void;
  readonly mirrors: ReadonlyMap<number, MirrorState>;
  readonly unindexedBytes: number;
  readonly unindexedRepositories: number;
}

/** A repository with one of its revisions: `commit` as resolved, `revision` as asked for. */
export interface Target {
  readonly repository: Repository;
  readonly revision: string;
  readonly commit: CommitOid;
}

export type Matches = AsyncIterable<readonly SearchMatch[]>;

export const limitsOf = (run: SearchRun): SearchLimits => ({
  maxMatches: Math.max(1, run.remaining()),
  maxDocuments: Math.max(1, Math.min(run.remaining(), 100_000)),
  contextLines: run.contextLines,
  deadline: Math.max(1, run.timeLeft()),
  countAll: run.countAll,
});

/** What is searched for in documents: lines, paths only, or symbols. */
export const wantedOf = (kinds: readonly ResultKind[]): 'content' | 'path' | 'symbol' | undefined =>
  kinds.includes('symbol') ? 'symbol' : kinds.includes('content') ? 'content' : kinds.includes('path') ? 'path' : undefined;

/** Carries what a node left out into the verdict. */
export function noteSummary(
  summary: EngineSummary,
  run: Pick<SearchRun, 'tally' | 'damaged'>,
  nameOf: (id: number) => string | undefined,
): void {
  const { tally } = run;
  if (summary.limitHit) tally.leaveOut('capped', 'The limit on results was reached; there may be more');
  if (summary.timedOut)
    tally.leaveOut('timed-out', `The time was up after ${summary.shardsDone} of ${summary.shardsTotal} parts of the index`);
  for (const { repository, reason } of summary.degraded) {
    const name = nameOf(repository);
    run.damaged(repository);
    tally.leaveOut(
      /does not answer/.test(reason) ? 'shard-missing' : 'degraded',
      `${name ?? 'A repository'} was not searched whole: ${reason}`,
      name ? { repository: name } : {},
    );
  }
  // Text was never in a binary file or a link; anything else that was not read may hold a hit.
  const entries = Object.entries(summary.skippedFiles).sort(([, x], [, y]) => y - x);
  const notText = entries.filter(([reason]) => reason === 'binary' || reason === 'symlink');
  const unread = entries.filter((entry) => !notText.includes(entry));
  const say = (list: typeof entries): string => list.map(([reason, n]) => `${n} ${reason}`).join(', ');
  const count = (list: typeof entries): number => list.reduce((sum, [, n]) => sum + n, 0);
  if (unread.length > 0)
    tally.leaveOut('skipped-files', `${files(count(unread))} known by path only (${say(entries)})`, { count: count(unread) });
  else if (notText.length > 0)
    tally.leaveOut('skipped-files', `${files(count(notText))} not text and known by path only (${say(entries)})`, {
      count: count(notText),
      harmless: true,
    });
}

const files = (count: number): string => (count === 1 ? '1 file is' : `${count} files are`);
