import type { Commit, DiffFile } from '@sextant/plugin-git/api';
import type { DocExpr } from '../engine/contract.js';
import { languageOf } from '../query/languages/languages.js';
import type { CommitPlan, TextFilter } from '../query/plan.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';

/** 0-based line of the text; column and length in code points. */
export type Range = readonly [line: number, column: number, length: number];

/** Judges commits: who made them and when, what their messages or changed lines say, and of which files. */
export class CommitTest {
  readonly #author: Filters;
  readonly #committer: Filters;
  readonly #message: Filters;
  readonly #expr: CommitExpr;
  /** The conditions on files can be judged by the changes alone. */
  readonly needsFiles: boolean;

  constructor(
    expr: DocExpr,
    private readonly plan: CommitPlan,
  ) {
    this.#author = new Filters(plan.author);
    this.#committer = new Filters(plan.committer);
    this.#message = new Filters(plan.message);
    this.#expr = compile(expr);
    this.needsFiles = concernsFiles(this.#expr);
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

  /** @param files what the commit changed, where `needsFiles`: one of them must fit as well */
  message(message: string, files?: readonly DiffFile[]): readonly Range[] | undefined {
    const hits = new Hits(message.split('\n').map((line) => Buffer.from(line)));
    if (!files) return judge(this.#expr, hits, undefined);
    return firstOf(files.flatMap(pathsOf), (path) => judge(this.#expr, hits, path));
  }

  diff(files: readonly DiffFile[]): { readonly text: string; readonly ranges: readonly Range[] } | undefined {
    const lines: string[] = [];
    const ranges: Range[] = [];
    for (const file of files) {
      const kept: string[] = [];
      const hits: Range[] = [];
      for (const hunk of file.hunks) {
        const body = hunk.body.replace(/\n$/, '').split('\n');
        const changed = new Hits(
          body.map((line) => (line.startsWith('+') || line.startsWith('-') ? Buffer.from(line.slice(1)) : undefined)),
          1,
        );
        const found = firstOf(pathsOf(file), (path) => judge(this.#expr, changed, path));
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

/** Of a renamed file either name may fit. */
const pathsOf = ({ oldPath, newPath }: DiffFile): readonly string[] => [...new Set([newPath, oldPath].filter((path) => path !== null))];

function firstOf<T>(paths: readonly string[], judged: (path: string) => T | undefined): T | undefined {
  for (const path of paths) {
    const found = judged(path);
    if (found !== undefined) return found;
  }
  return undefined;
}

type CommitExpr =
  | { readonly kind: 'and' | 'or'; readonly of: readonly CommitExpr[] }
  | { readonly kind: 'not'; readonly of: CommitExpr }
  | { readonly kind: 'const'; readonly value: boolean }
  | { readonly kind: 'path'; fits(path: string): boolean }
  | { readonly kind: 'text'; readonly matcher: Matcher };

function compile(expr: DocExpr): CommitExpr {
  switch (expr.op) {
    case 'and':
    case 'or':
      // What a path tells is cheaper than what a text does.
      return { kind: expr.op, of: expr.of.map(compile).sort((a, b) => Number(concernsFiles(b)) - Number(concernsFiles(a))) };
    case 'not':
      return { kind: 'not', of: compile(expr.of) };
    case 'const':
      return { kind: 'const', value: expr.value };
    case 'match':
      return { kind: 'text', matcher: compilePattern(expr.pattern).matcher() };
    case 'path': {
      const filter = new Filters([{ pattern: expr.pattern, negated: false }]);
      return { kind: 'path', fits: (path) => filter.pass(path) };
    }
    case 'language':
      return { kind: 'path', fits: (path) => expr.names.includes(languageOf(path) ?? '') };
    case 'repository':
    case 'content':
    case 'structural':
    case 'symbolKind':
      return { kind: 'const', value: true }; // Repositories were chosen before; the others are refused beside type:commit and type:diff.
  }
}

function concernsFiles(expr: CommitExpr): boolean {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.of.some(concernsFiles);
  return expr.kind === 'not' ? concernsFiles(expr.of) : expr.kind === 'path';
}

/** Where patterns occur in lines of text, looked for once however many files share the text. */
class Hits {
  readonly #found = new Map<Matcher, readonly Range[]>();

  /** @param lines `undefined` for those that do not count; @param from the column at which the text of each begins */
  constructor(
    private readonly lines: readonly (Buffer | undefined)[],
    private readonly from = 0,
  ) {}

  of(matcher: Matcher): readonly Range[] {
    const known = this.#found.get(matcher);
    if (known) return known;
    const found: Range[] = [];
    this.lines.forEach((line, index) => {
      for (let at = 0; line && at <= line.length; ) {
        const hit = matcher.find(line, at, line.length);
        if (!hit) break;
        found.push([index, codePoints(line, 0, hit.start) + this.from, codePoints(line, hit.start, hit.end)]);
        at = hit.end > hit.start ? hit.end : hit.end + 1;
      }
    });
    this.#found.set(matcher, found);
    return found;
  }
}

/** The hits that show why the text fits; undefined: it does not. @param path of the file that changed; undefined where no condition asks */
function judge(expr: CommitExpr, hits: Hits, path: string | undefined): readonly Range[] | undefined {
  return rangesOf(expr, hits, path)?.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function rangesOf(expr: CommitExpr, hits: Hits, path: string | undefined): readonly Range[] | undefined {
  switch (expr.kind) {
    case 'const':
      return expr.value ? [] : undefined;
    case 'path':
      return path !== undefined && expr.fits(path) ? [] : undefined;
    case 'not':
      return rangesOf(expr.of, hits, path) ? undefined : [];
    case 'text': {
      const found = hits.of(expr.matcher);
      return found.length > 0 ? found : undefined;
    }
    case 'and': {
      const all: Range[] = [];
      for (const part of expr.of) {
        const found = rangesOf(part, hits, path);
        if (!found) return undefined;
        all.push(...found);
      }
      return all;
    }
    case 'or': {
      const some = expr.of.map((part) => rangesOf(part, hits, path)).filter((ranges) => ranges !== undefined);
      return some.length > 0 ? some.flat() : undefined;
    }
  }
}

const codePoints = (bytes: Buffer, start: number, end: number): number => [...bytes.toString('utf8', start, end)].length;
