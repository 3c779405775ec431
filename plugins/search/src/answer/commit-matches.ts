import type { Repository } from '@sextant/plugin-code-host/api';
import type { Commit, DiffFile } from '@sextant/plugin-git/api';
import type { CommitOid } from '@sextant/sdk';
import type { SearchMatch } from '../api.js';
import type { DocExpr } from '../engine/contract.js';
import type { CommitPlan, TextFilter } from '../query/plan.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';
import { failed, type Matches, type SearchRun } from './search-run.js';
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
  const test = new CommitTest(expr, plan);
  for (const scope of scopes) {
    if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
    if (run.timeLeft() <= 0 || run.signal.aborted) {
      run.tally.leaveOut('timed-out', 'The time was up before all histories were read', { repository: scope.repository });
      continue;
    }
    try {
      yield* kind === 'commit' ? messages(run, scope, test, plan) : diffs(run, scope, test, plan);
    } catch (error) {
      failed(run, error, 'The history could not be read', scope.repository);
    }
  }
}

async function* messages(run: SearchRun, scope: CommitScope, test: CommitTest, plan: CommitPlan): Matches {
  let batch: SearchMatch[] = [];
  let read = 0;
  for await (const commit of run.git.log({
    repository: scope.repository.name,
    from: scope.from,
    not: scope.not,
    ...times(plan),
    limit: MAX_COMMITS,
    signal: run.signal,
  })) {
    if (timeUp(run, scope, ++read)) break;
    const ranges = test.about(commit) ? test.message(commit.message) : undefined;
    if (!ranges) continue;
    batch.push(toMatch(run, scope.repository, commit, ranges, undefined));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
    if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
  }
  if (batch.length > 0) yield batch;
}

async function* diffs(run: SearchRun, scope: CommitScope, test: CommitTest, plan: CommitPlan): Matches {
  let batch: SearchMatch[] = [];
  let read = 0;
  for await (const { commit, files } of run.git.logWithDiffs({
    repository: scope.repository.name,
    from: scope.from,
    not: scope.not,
    ...times(plan),
    limit: MAX_COMMITS,
    signal: run.signal,
  })) {
    if (timeUp(run, scope, ++read)) break;
    if (!test.about(commit)) continue;
    const readable = files.filter(({ oldPath, newPath }) =>
      [oldPath, newPath].every((path) => path === null || run.sees(scope.repository.id, path)),
    );
    if (readable.some((file) => file.truncated))
      run.tally.leaveOut('skipped-files', 'Some changes are too large to be searched', { repository: scope.repository });
    const found = test.diff(readable);
    if (!found) continue;
    batch.push(toMatch(run, scope.repository, commit, found.ranges, found.text));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
    if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
  }
  if (batch.length > 0) yield batch;
}

function timeUp(run: SearchRun, { repository }: CommitScope, read: number): boolean {
  if (run.signal.aborted) return true;
  if (read === MAX_COMMITS)
    run.tally.leaveOut('capped', `Only the newest ${MAX_COMMITS.toLocaleString('en')} commits were read`, { repository });
  if (run.timeLeft() > 0) return false;
  run.tally.leaveOut('timed-out', 'The time was up before the whole history was read', { repository });
  return true;
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

type Range = readonly [line: number, column: number, length: number];

class CommitTest {
  readonly #author: Filters;
  readonly #committer: Filters;
  readonly #message: Filters;
  readonly #paths: Filters;
  readonly #text: TextExpr;

  constructor(
    expr: DocExpr,
    private readonly plan: CommitPlan,
  ) {
    this.#author = new Filters(plan.author);
    this.#committer = new Filters(plan.committer);
    this.#message = new Filters(plan.message);
    this.#paths = new Filters(plan.paths);
    this.#text = compile(expr);
  }

  /** Author, committer, message filters and times. */
  about(commit: Commit): boolean {
    const written = (s: Commit['author']): string => `${s.name} <${s.email}>`;
    const at = Date.parse(commit.committer.date);
    return (
      this.#author.pass(written(commit.author)) &&
      this.#committer.pass(written(commit.committer)) &&
      this.#message.pass(commit.message) &&
      this.plan.after.every((t) => at >= Date.parse(t.time) !== t.negated) &&
      this.plan.before.every((t) => at <= Date.parse(t.time) !== t.negated)
    );
  }

  message(message: string): readonly Range[] | undefined {
    return rangesIn(message.split('\n'), () => true, this.#text);
  }

  diff(files: readonly DiffFile[]): { readonly text: string; readonly ranges: readonly Range[] } | undefined {
    const lines: string[] = [];
    const ranges: Range[] = [];
    for (const file of files) {
      if (![file.newPath, file.oldPath].some((path) => path !== null && this.#paths.pass(path))) continue;
      const kept: string[] = [];
      const hits: Range[] = [];
      for (const hunk of file.hunks) {
        const body = hunk.body.replace(/\n$/, '').split('\n');
        const found = rangesIn(body, (line) => line.startsWith('+') || line.startsWith('-'), this.#text, 1);
        if (!found) continue;
        const offset = kept.length + 1;
        kept.push(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@ ${hunk.section}`.trimEnd(), ...body);
        hits.push(...found.map(([line, column, length]): Range => [line + offset, column, length]));
      }
      if (kept.length === 0) continue;
      const header = `${file.oldPath ?? '/dev/null'} ${file.newPath ?? '/dev/null'}`;
      ranges.push(...hits.map(([line, column, length]): Range => [line + lines.length + 1, column, length]));
      lines.push(header, ...kept);
    }
    return lines.length > 0 ? { text: lines.join('\n'), ranges } : undefined;
  }
}

/** Filters on one text, all of which must pass. */
class Filters {
  readonly #tests: readonly { readonly matcher: Matcher; readonly negated: boolean }[];
  constructor(filters: readonly TextFilter[]) {
    this.#tests = filters.map(({ pattern, negated }) => ({ matcher: compilePattern(pattern).matcher(), negated }));
  }
  pass(text: string): boolean {
    if (this.#tests.length === 0) return true;
    const bytes = Buffer.from(text);
    return this.#tests.every(({ matcher, negated }) => (matcher.find(bytes, 0, bytes.length) !== undefined) !== negated);
  }
}

type TextExpr =
  | { readonly kind: 'and' | 'or'; readonly of: readonly TextExpr[] }
  | { readonly kind: 'not'; readonly of: TextExpr }
  | { readonly kind: 'any'; readonly value: boolean }
  | { readonly kind: 'hit'; readonly matcher: Matcher };

function compile(expr: DocExpr): TextExpr {
  switch (expr.op) {
    case 'and':
    case 'or':
      return { kind: expr.op, of: expr.of.map(compile) };
    case 'not':
      return { kind: 'not', of: compile(expr.of) };
    case 'const':
      return { kind: 'any', value: expr.value };
    case 'match':
    case 'content':
      return { kind: 'hit', matcher: compilePattern(expr.pattern).matcher() };
    default:
      return { kind: 'any', value: true }; // Paths and repositories were judged before.
  }
}

/** Hits in the lines that count; undefined when the whole does not fit. `from`: where a line's own text begins. */
function rangesIn(lines: readonly string[], counts: (line: string) => boolean, expr: TextExpr, from = 0): readonly Range[] | undefined {
  const own = lines.map((line) => (counts(line) ? Buffer.from(line.slice(from)) : undefined));
  const hitsOf = (matcher: Matcher): Range[] => {
    const found: Range[] = [];
    own.forEach((line, index) => {
      for (let at = 0; line && at <= line.length; ) {
        const hit = matcher.find(line, at, line.length);
        if (!hit) break;
        const column = codePoints(line, 0, hit.start) + from;
        found.push([index, column, codePoints(line, hit.start, hit.end)]);
        at = hit.end > hit.start ? hit.end : hit.end + 1;
      }
    });
    return found;
  };
  const judge = (node: TextExpr): Range[] | undefined => {
    switch (node.kind) {
      case 'any':
        return node.value ? [] : undefined;
      case 'not':
        return judge(node.of) ? undefined : [];
      case 'hit': {
        const found = hitsOf(node.matcher);
        return found.length > 0 ? found : undefined;
      }
      case 'and': {
        const all = node.of.map(judge);
        return all.every((r) => r !== undefined) ? (all as Range[][]).flat() : undefined;
      }
      case 'or': {
        const some = node.of.map(judge).filter((r) => r !== undefined);
        return some.length > 0 ? some.flat() : undefined;
      }
    }
  };
  return judge(expr)?.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

const codePoints = (bytes: Buffer, start: number, end: number): number => [...bytes.toString('utf8', start, end)].length;

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
