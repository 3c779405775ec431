import type { Repository } from '@sextant/plugin-code-host/api';
import type { Commit, DiffFile } from '@sextant/plugin-git/api';
import type { CommitOid } from '@sextant/sdk';
import type { SearchMatch } from '../api.js';
import type { DocExpr } from '../engine/contract.js';
import type { CommitPlan } from '../query/plan.js';
import { CommitTest } from './commit-test.js';
import { failed, type Matches, type SearchRun } from './search-run.js';
import { Slices, TimeUpError } from './slices.js';
import type { Range } from './text-judge.js';
import { baseOf } from './to-match.js';

const MAX_COMMITS = 100_000;
const BATCH = 20;

export interface CommitScope {
  readonly repository: Repository;
  readonly from: readonly CommitOid[];
  readonly not: readonly CommitOid[];
}

/** Searches messages, or with `diff` the added and removed lines, newest first in each repository. */
export async function* commitMatches(
  run: SearchRun,
  scopes: readonly CommitScope[],
  expr: DocExpr,
  plan: CommitPlan,
  kind: 'commit' | 'diff',
): Matches {
  const test = new CommitTest(expr, plan, run.accounts);
  for (const scope of scopes) {
    if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
    if (run.timeLeft() <= 0 || run.signal.aborted) {
      run.tally.leaveOut('timed-out', 'The time was up before all histories were read', { repository: scope.repository });
      continue;
    }
    try {
      yield* collected(run, scope, kind === 'commit' ? messages(run, scope, test, plan) : diffs(run, scope, test, plan));
    } catch (error) {
      if (error instanceof TimeUpError) noteTimeUp(run, scope);
      else failed(run, error, 'The history could not be read', scope.repository);
    }
  }
}

interface Found {
  readonly commit: Commit;
  readonly ranges: readonly Range[];
  readonly diff?: string;
}

/** The first at once, the others in batches, until the limit is reached. */
async function* collected(run: SearchRun, { repository }: CommitScope, found: AsyncIterable<Found>): Matches {
  let batch: SearchMatch[] = [];
  let size = 1;
  for await (const { commit, ranges, diff } of found) {
    batch.push(toMatch(run, repository, commit, ranges, diff));
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    size = BATCH;
    if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
  }
  if (batch.length > 0) yield batch;
}

async function* messages(run: SearchRun, scope: CommitScope, test: CommitTest, plan: CommitPlan): AsyncGenerator<Found> {
  if (test.needsFiles) {
    for await (const { commit, files } of changes(run, scope, test, plan)) {
      const ranges = test.message(scope.repository.id, commit.message, files);
      if (ranges) yield { commit, ranges };
    }
    return;
  }
  const slices = new Slices(run);
  let read = 0;
  for await (const commit of run.git.log(historyOf(run, scope, plan))) {
    if (timeUp(run, scope, ++read)) return;
    await slices.rest();
    const ranges = test.about(commit) ? test.message(scope.repository.id, commit.message) : undefined;
    if (ranges) yield { commit, ranges };
  }
}

async function* diffs(run: SearchRun, scope: CommitScope, test: CommitTest, plan: CommitPlan): AsyncGenerator<Found> {
  const slices = new Slices(run);
  for await (const { commit, files } of changes(run, scope, test, plan)) {
    if (files.some((file) => file.truncated))
      run.tally.leaveOut('skipped-files', 'Some changes are too large to be searched', { repository: scope.repository });
    let found = await test.diff(scope.repository.id, files, slices);
    if (found && test.contents.isNeeded) {
      const passing = await test.contents.passing(run, scope.repository, commit.oid, files);
      if (passing.length < files.length) found = await test.diff(scope.repository.id, passing, slices);
    }
    if (found) yield { commit, ranges: found.ranges, diff: found.text };
  }
}

/** Commits by the right people at the right time, with those of their files that the asker may see. */
async function* changes(
  run: SearchRun,
  scope: CommitScope,
  test: CommitTest,
  plan: CommitPlan,
): AsyncGenerator<{ readonly commit: Commit; readonly files: readonly DiffFile[] }> {
  const sees = (path: string | null): boolean => path === null || run.sees(scope.repository.id, path);
  const slices = new Slices(run);
  let read = 0;
  for await (const { commit, files } of run.git.logWithDiffs(historyOf(run, scope, plan))) {
    if (timeUp(run, scope, ++read)) return;
    await slices.rest();
    if (test.about(commit)) yield { commit, files: files.filter(({ oldPath, newPath }) => sees(oldPath) && sees(newPath)) };
  }
}

const historyOf = (run: SearchRun, { repository, from, not }: CommitScope, plan: CommitPlan) => ({
  repository: repository.name,
  from,
  not,
  ...times(plan),
  limit: MAX_COMMITS,
  signal: run.signal,
});

function timeUp(run: SearchRun, { repository }: CommitScope, read: number): boolean {
  if (run.signal.aborted) return true;
  if (read === MAX_COMMITS)
    run.tally.leaveOut('capped', `Only the newest ${MAX_COMMITS.toLocaleString('en')} commits were read`, { repository });
  if (run.timeLeft() > 0) return false;
  noteTimeUp(run, { repository });
  return true;
}

function noteTimeUp(run: SearchRun, { repository }: Pick<CommitScope, 'repository'>): void {
  run.tally.leaveOut('timed-out', 'The time was up before the whole history was read', { repository });
}

/** What git itself can leave out. Negated times and everything else is judged here. */
function times(plan: CommitPlan): { readonly after?: string; readonly before?: string } {
  const after = plan.after
    .filter((t) => !t.negated)
    .map((t) => t.time)
    .sort()
    .at(-1);
  const before = plan.before
    .filter((t) => !t.negated)
    .map((t) => t.time)
    .sort()[0];
  return { ...(after ? { after } : {}), ...(before ? { before } : {}) };
}

function toMatch(run: SearchRun, repository: Repository, commit: Commit, ranges: readonly Range[], diff: string | undefined): SearchMatch {
  return {
    ...baseOf(repository, run.mirrors.get(repository.id), { branches: [], commit: commit.oid }),
    type: 'commit',
    oid: commit.oid,
    message: commit.message,
    author: commit.author,
    committer: commit.committer,
    ...(diff === undefined ? {} : { diff }),
    ranges,
  };
}
