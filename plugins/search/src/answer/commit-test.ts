import type { Commit, DiffFile } from '@sextant/plugin-git/api';
import type { DocExpr } from '../engine/contract.js';
import type { CommitPlan, TextFilter } from '../query/plan.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';
import { type AuthorAccounts, accountKey } from './author-accounts.js';
import { FileContentsTest } from './file-contents-test.js';
import type { Slices } from './slices.js';
import { occurs, type Range, TextJudge, TextLines } from './text-judge.js';

/** Judges commits: who made them and when, what their messages or changed lines say, and of which files. */
export class CommitTest {
  readonly #author: Filters;
  readonly #committer: Filters;
  readonly #message: Filters;
  readonly #judge: TextJudge;
  /** Of the files of a change that fits otherwise. */
  readonly contents: FileContentsTest;

  constructor(
    expr: DocExpr,
    private readonly plan: CommitPlan,
    private readonly accounts: AuthorAccounts = new Map(),
  ) {
    this.#author = new Filters(plan.author);
    this.#committer = new Filters(plan.committer);
    this.#message = new Filters(plan.message);
    this.#judge = new TextJudge(withoutContents(expr));
    this.contents = new FileContentsTest(plan.contents ?? []);
  }

  /** What a commit changed must be known, to judge its message. */
  get needsFiles(): boolean {
    return this.#judge.needsPath;
  }

  /** Author, committer, message filters and times. */
  about(commit: Commit): boolean {
    const written = (s: Commit['author']): string => `${s.name} <${s.email}>`;
    const at = Date.parse(commit.committer.date);
    return (
      this.#author.pass(written(commit.author)) &&
      this.#committer.pass(written(commit.committer)) &&
      this.#message.pass(commit.message) &&
      this.#byAccounts(commit) &&
      this.plan.after.every((t) => at >= Date.parse(t.time) !== t.negated) &&
      this.plan.before.every((t) => at <= Date.parse(t.time) !== t.negated)
    );
  }

  #byAccounts(commit: Commit): boolean {
    return (this.plan.accounts ?? []).every(({ role, username, negated }) => {
      const isTheirs = this.accounts.get(accountKey(username));
      // Who cannot be looked up made no commit, and no other one either.
      return isTheirs !== undefined && isTheirs(commit[role]) !== negated;
    });
  }

  /** @param files what the commit changed, where `needsFiles`: one of them must fit as well */
  message(repositoryId: number, message: string, files?: readonly DiffFile[]): readonly Range[] | undefined {
    const lines = TextLines.of(message);
    if (!files) return this.#judge.judge(lines, { repositoryId });
    return firstOf(files.flatMap(pathsOf), (path) => this.#judge.judge(lines, { repositoryId, path }));
  }

  /** The hunks that fit, as one text. @throws what the slices throw */
  async diff(
    repositoryId: number,
    files: readonly DiffFile[],
    slices: Slices,
  ): Promise<{ readonly text: string; readonly ranges: readonly Range[] } | undefined> {
    const lines: string[] = [];
    const ranges: Range[] = [];
    for (const file of files) {
      const names = pathsOf(file)
        .map((path) => ({ repositoryId, path }))
        .filter((about) => this.#judge.mayFit(about));
      if (names.length === 0) continue;
      const kept: string[] = [];
      const hits: Range[] = [];
      for (const hunk of file.hunks) {
        const body = hunk.body.replace(/\n$/, '').split('\n');
        const changed = new TextLines(
          body.map((line) => (line.startsWith('+') || line.startsWith('-') ? Buffer.from(line.slice(1)) : undefined)),
          1,
        );
        await this.#judge.look(changed, names, slices);
        const found = firstOf(names, (about) => this.#judge.judge(changed, about));
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
    return this.#tests.every(({ matcher, negated }) => occurs(matcher, text) !== negated);
  }
}

/** What whole files hold is no matter of the lines that changed: {@link CommitTest.contents} looks at it. */
function withoutContents(expr: DocExpr): DocExpr {
  const isOfContents = (part: DocExpr): boolean => part.op === 'content' || (part.op === 'not' && part.of.op === 'content');
  if (expr.op === 'and') return { op: 'and', of: expr.of.filter((part) => !isOfContents(part)) };
  return isOfContents(expr) ? { op: 'const', value: true } : expr;
}

/** Of a renamed file either name may fit. */
const pathsOf = ({ oldPath, newPath }: DiffFile): readonly string[] => [...new Set([newPath, oldPath].filter((path) => path !== null))];

function firstOf<P, T>(list: readonly P[], judged: (item: P) => T | undefined): T | undefined {
  for (const item of list) {
    const found = judged(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
