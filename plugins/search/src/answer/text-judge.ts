import type { DocExpr } from '../engine/contract.js';
import { languageOf } from '../query/languages/languages.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';
import type { Slices } from './slices.js';

/** 0-based line of the text; column and length in code points. */
export type Range = readonly [line: number, column: number, length: number];

/** Where a text belongs; one of no file passes no condition on files. */
export interface About {
  readonly repositoryId: number;
  readonly path?: string;
}

/** Judges texts that no index holds, such as messages and hunks, by the condition of a query. */
export class TextJudge {
  readonly #expr: TextExpr;
  /** There are conditions on the file that a text belongs to. */
  readonly needsPath: boolean;
  readonly #matchers: readonly Matcher[];

  constructor(expr: DocExpr) {
    this.#expr = compile(expr);
    this.needsPath = concernsFiles(this.#expr);
    this.#matchers = matchersOf(this.#expr);
  }

  /** False where no text would fit. */
  mayFit(about: About): boolean {
    return foreseen(this.#expr, NO_LINES, about) !== false;
  }

  /**
   * Looks for the patterns in the lines of a text that may be long, until it is known not to fit, so that judging it takes no time.
   * @throws what the slices throw
   */
  async look(lines: TextLines, abouts: readonly About[], slices: Slices): Promise<void> {
    for (const matcher of this.#matchers) {
      if (abouts.every((about) => foreseen(this.#expr, lines, about) === false)) return;
      await lines.look(matcher, slices);
    }
  }

  /** The hits that show why the text fits, in order; undefined: it does not. */
  judge(lines: TextLines, about: About): readonly Range[] | undefined {
    return rangesOf(this.#expr, lines, about)?.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  }
}

export function occurs(matcher: Matcher, text: string): boolean {
  const bytes = Buffer.from(text);
  return matcher.find(bytes, 0, bytes.length) !== undefined;
}

type TextExpr =
  | { readonly kind: 'and' | 'or'; readonly of: readonly TextExpr[] }
  | { readonly kind: 'not'; readonly of: TextExpr }
  | { readonly kind: 'const'; readonly value: boolean }
  | { readonly kind: 'path'; fits(path: string): boolean }
  | { readonly kind: 'repository'; readonly ids: ReadonlySet<number> }
  | { readonly kind: 'text'; readonly matcher: Matcher };

function compile(expr: DocExpr): TextExpr {
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
      const matcher = compilePattern(expr.pattern).matcher();
      return { kind: 'path', fits: (path) => occurs(matcher, path) };
    }
    case 'language':
      return { kind: 'path', fits: (path) => expr.names.includes(languageOf(path) ?? '') };
    case 'repository':
      return { kind: 'repository', ids: new Set(expr.ids) };
    case 'content':
    case 'structural':
    case 'symbolKind':
      return { kind: 'const', value: true }; // Of whole files: no text fails for it.
  }
}

function concernsFiles(expr: TextExpr): boolean {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.of.some(concernsFiles);
  return expr.kind === 'not' ? concernsFiles(expr.of) : expr.kind === 'path';
}

/** Where patterns occur in lines of text, looked for once however many files share the text. */
export class TextLines {
  readonly #found = new Map<Matcher, readonly Range[]>();

  /** @param lines `undefined` for those that do not count; @param from the column at which the text of each begins */
  constructor(
    private readonly lines: readonly (Buffer | undefined)[],
    private readonly from = 0,
  ) {}

  static of(text: string): TextLines {
    return new TextLines(text.split('\n').map((line) => Buffer.from(line)));
  }

  hitsOf(matcher: Matcher): readonly Range[] {
    const known = this.#found.get(matcher);
    if (known) return known;
    const found: Range[] = [];
    for (let line = 0; line < this.lines.length; line++) this.#hitsIn(line, matcher, found);
    this.#found.set(matcher, found);
    return found;
  }

  /** Undefined where it was not looked for. */
  holds(matcher: Matcher): boolean | undefined {
    const found = this.#found.get(matcher);
    return found && found.length > 0;
  }

  /** As `hitsOf`, with others having their turn meanwhile. */
  async look(matcher: Matcher, slices: Slices): Promise<void> {
    const found: Range[] = [];
    for (let line = 0; line < this.lines.length; line++) {
      this.#hitsIn(line, matcher, found);
      const rest = slices.rest();
      if (rest) await rest;
    }
    this.#found.set(matcher, found);
  }

  #hitsIn(index: number, matcher: Matcher, found: Range[]): void {
    const line = this.lines[index];
    for (let at = 0; line && at <= line.length; ) {
      const hit = matcher.find(line, at, line.length);
      if (!hit) break;
      found.push([index, codePoints(line, 0, hit.start) + this.from, codePoints(line, hit.start, hit.end)]);
      at = hit.end > hit.start ? hit.end : hit.end + 1;
    }
  }
}

function matchersOf(expr: TextExpr): readonly Matcher[] {
  if (expr.kind === 'and' || expr.kind === 'or') return expr.of.flatMap(matchersOf);
  if (expr.kind === 'not') return matchersOf(expr.of);
  return expr.kind === 'text' ? [expr.matcher] : [];
}

/** What can be said before the whole text was looked through; undefined: it depends. */
function foreseen(expr: TextExpr, lines: TextLines, about: About): boolean | undefined {
  switch (expr.kind) {
    case 'text':
      return lines.holds(expr.matcher);
    case 'not': {
      const inner = foreseen(expr.of, lines, about);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const settles = expr.kind === 'or';
      const parts = expr.of.map((part) => foreseen(part, lines, about));
      return parts.includes(settles) ? settles : parts.includes(undefined) ? undefined : !settles;
    }
    default:
      return rangesOf(expr, NO_LINES, about) !== undefined;
  }
}

const NO_LINES = new TextLines([]);

function rangesOf(expr: TextExpr, lines: TextLines, about: About): readonly Range[] | undefined {
  switch (expr.kind) {
    case 'const':
      return expr.value ? [] : undefined;
    case 'path':
      return about.path !== undefined && expr.fits(about.path) ? [] : undefined;
    case 'repository':
      return expr.ids.has(about.repositoryId) ? [] : undefined;
    case 'not':
      return rangesOf(expr.of, lines, about) ? undefined : [];
    case 'text': {
      const found = lines.hitsOf(expr.matcher);
      return found.length > 0 ? found : undefined;
    }
    case 'and': {
      const all: Range[] = [];
      for (const part of expr.of) {
        const found = rangesOf(part, lines, about);
        if (!found) return undefined;
        all.push(...found);
      }
      return all;
    }
    case 'or': {
      const some = expr.of.map((part) => rangesOf(part, lines, about)).filter((ranges) => ranges !== undefined);
      return some.length > 0 ? some.flat() : undefined;
    }
  }
}

const codePoints = (bytes: Buffer, start: number, end: number): number => [...bytes.toString('utf8', start, end)].length;
