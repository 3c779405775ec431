import { type Assertion, alternate, concat, countsWithin, mapNodes, type Node, programSize, unicodeSize } from './ast.js';
import { Cursor } from './cursor.js';
import { takeClass } from './parse-class.js';
import { backReference, takeCharEscape, takeClassEscape } from './parse-escape.js';
import { ANY_CHAR, contains, NEWLINE, type Ranges, subtract } from './ranges.js';
import { PatternError, type RegexError } from './regex-error.js';
import { foldCodePoint } from './unicode.js';

/** The most steps a program may have, counted repeats written out. */
export const MAX_PROGRAM = 10_000;
/** The most ranges beyond ASCII that its classes may have together; `\pL` has some 650. */
export const MAX_UNICODE = 12_000;
export const MAX_REPEAT = 1_000;
const MAX_DEPTH = 500;

export interface ParsedRegex {
  readonly node: Node;
  /** The pattern writes a newline or sets `(?s)`: only then do classes such as `\s` and `[^a]` include it. */
  readonly crossesLines: boolean;
  /** Capture groups in order: their names, or undefined. */
  readonly captures: readonly (string | undefined)[];
  /** Where each of them stands in the source, its parentheses included. */
  readonly captureSpans: readonly { readonly start: number; readonly end: number }[];
}

export type RegexParse = { readonly ok: true; readonly regex: ParsedRegex } | { readonly ok: false; readonly error: RegexError };

/** Parses RE2 syntax; `^` and `$` mean line edges unless `(?-m)` says otherwise. Never throws for any input. */
export function parseRegex(source: string, options: { readonly caseSensitive: boolean }): RegexParse {
  try {
    return { ok: true, regex: new RegexParser(source, !options.caseSensitive).parse() };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, error };
    throw error;
  }
}

interface Flags {
  readonly fold: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

/** An open group, or the whole pattern at the bottom of the stack. The stack, not recursion, holds nesting. */
interface Frame {
  readonly start: number;
  readonly outer: Flags;
  readonly capture?: { readonly index: number; readonly name?: string };
  readonly branches: Node[];
  items: Node[];
  /** The last item is a repeat, so another operator may not follow. */
  afterRepeat: boolean;
}

class RegexParser {
  private readonly cursor: Cursor;
  private readonly stack: Frame[];
  private readonly captures: (string | undefined)[] = [];
  private readonly captureSpans: { start: number; end: number }[] = [];
  private flags: Flags;
  private steps = 0;
  private unicodeRanges = 0;
  private saysNewline = false;

  constructor(source: string, fold: boolean) {
    this.cursor = new Cursor(source);
    this.flags = { fold, multiLine: true, dotAll: false, ungreedy: false };
    this.stack = [{ start: 0, outer: this.flags, branches: [], items: [], afterRepeat: false }];
  }

  parse(): ParsedRegex {
    const { cursor } = this;
    while (!cursor.done) this.step();
    if (this.stack.length > 1) {
      throw new PatternError('missing-parenthesis', 'The group is not closed: ")" is missing.', this.top.start, this.top.start + 1);
    }
    const whole = close(this.top);
    const crossesLines = this.saysNewline;
    const node = crossesLines ? whole : mapNodes(whole, withoutNewline);
    if (programSize(node) > MAX_PROGRAM) throw tooLarge(0, cursor.at);
    if (unicodeSize(node) > MAX_UNICODE) throw tooManyRanges(cursor.at);
    return { node, crossesLines, captures: this.captures, captureSpans: this.captureSpans };
  }

  private get top(): Frame {
    return this.stack.at(-1) as Frame;
  }

  private step(): void {
    const { cursor } = this;
    const start = cursor.at;
    switch (cursor.source[start]) {
      case '(':
        this.open();
        return;
      case ')':
        cursor.at++;
        this.closeGroup(start);
        return;
      case '|':
        cursor.at++;
        this.top.branches.push(concat(this.top.items));
        this.top.items = [];
        this.top.afterRepeat = false;
        return;
      case '*':
      case '+':
      case '?':
        this.repeat();
        return;
      case '{': {
        if (cursor.looksAt(/\{\d+(?:,\d*)?\}/y)) this.repeat();
        else this.char(cursor.next());
        return;
      }
      case '[': {
        const { ranges, saysNewline } = takeClass(cursor, this.flags.fold);
        this.saysNewline ||= saysNewline;
        this.push({ kind: 'class', ranges });
        return;
      }
      case '.':
        cursor.at++;
        this.push({ kind: 'class', ranges: this.flags.dotAll ? ANY_CHAR : subtract(ANY_CHAR, NEWLINE) });
        return;
      case '^':
        cursor.at++;
        this.assert(this.flags.multiLine ? 'lineStart' : 'textStart');
        return;
      case '$':
        cursor.at++;
        this.assert(this.flags.multiLine ? 'lineEnd' : 'textEnd');
        return;
      case '\\':
        this.escape();
        return;
      default:
        this.char(cursor.next());
        return;
    }
  }

  private push(node: Node): void {
    if (++this.steps > MAX_PROGRAM) throw tooLarge(0, this.cursor.source.length);
    if (node.kind === 'class' && (this.unicodeRanges += unicodeSize(node)) > MAX_UNICODE) throw tooManyRanges(this.cursor.source.length);
    this.top.items.push(node);
    this.top.afterRepeat = false;
  }

  private assert(at: Assertion): void {
    this.push({ kind: 'assert', at });
  }

  private char(codePoint: number): void {
    this.saysNewline ||= codePoint === 0x0a;
    const ranges: Ranges = this.flags.fold ? foldCodePoint(codePoint) : [codePoint, codePoint];
    const single = ranges.length === 2 && ranges[0] === ranges[1];
    const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    this.push(
      single && !surrogate
        ? { kind: 'literal', text: String.fromCodePoint(codePoint) }
        : { kind: 'class', ranges: surrogate ? [] : ranges },
    );
  }

  private escape(): void {
    const { cursor } = this;
    if (cursor.take('\\Q')) {
      while (!cursor.done && !cursor.take('\\E')) this.char(cursor.next());
      return;
    }
    const assertion = ASSERTIONS[cursor.source.slice(cursor.at, cursor.at + 2)];
    if (assertion !== undefined) {
      cursor.at += 2;
      this.assert(assertion);
      return;
    }
    const set = takeClassEscape(cursor, this.flags.fold);
    if (set !== undefined) this.push({ kind: 'class', ranges: set });
    else this.char(takeCharEscape(cursor));
  }

  private repeat(): void {
    const { cursor, top } = this;
    const start = cursor.at;
    const operator = cursor.takeMatch(/[*+?]|\{(\d+)(,?)(\d*)\}/y) as RegExpExecArray;
    const lazyMark = cursor.take('?');
    if (top.afterRepeat) {
      throw cursor.error(
        'nested-repeat',
        `"${cursor.since(start)}" repeats a repetition; group the inner one: (?:…)${operator[0]}.`,
        start,
      );
    }
    const of = top.items.pop();
    if (of === undefined) throw cursor.error('missing-repeat-argument', `There is nothing before "${operator[0]}" to repeat.`, start);
    const [min, max] = bounds(operator);
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY) || min > max) {
      const reason = min > max ? 'its bounds are the wrong way round' : `at most ${MAX_REPEAT} are allowed`;
      throw cursor.error('invalid-repeat-count', `The repeat count "${operator[0]}" is not valid: ${reason}.`, start);
    }
    const node: Node = { kind: 'repeat', of, min, max, lazy: lazyMark !== this.flags.ungreedy };
    if (!countsWithin(node, MAX_REPEAT)) {
      throw cursor.error('invalid-repeat-count', `Nested repeat counts multiply to more than ${MAX_REPEAT}.`, start);
    }
    if (programSize(node) > MAX_PROGRAM) throw tooLarge(start, cursor.at);
    this.push(node);
    top.afterRepeat = true;
  }

  private open(): void {
    const { cursor } = this;
    const start = cursor.at;
    if (this.stack.length > MAX_DEPTH) {
      cursor.at++;
      throw cursor.error('too-deep', `Groups nest deeper than ${MAX_DEPTH} levels.`, start);
    }
    const outer = this.flags;
    if (!cursor.take('(?')) {
      cursor.at++;
      this.captures.push(undefined);
      this.pushFrame({ start, outer, capture: { index: this.captures.length } });
      return;
    }
    const name = cursor.takeMatch(/P?<([A-Za-z0-9_]+)>/y)?.[1];
    if (name !== undefined) {
      if (this.captures.includes(name)) throw cursor.error('invalid-group-name', `The group name "${name}" is used twice.`, start);
      this.captures.push(name);
      this.pushFrame({ start, outer, capture: { index: this.captures.length, name } });
      return;
    }
    const flags = cursor.takeMatch(/([imsU]*)(?:-([imsU]+))?([:)])/y);
    if (flags === undefined || (flags[3] === ')' && flags[0] === ')')) throw unsupportedGroup(cursor, start);
    const [, on = '', off = '', end] = flags;
    this.saysNewline ||= on.includes('s') && !off.includes('s');
    this.flags = {
      fold: setting('i', on, off, outer.fold),
      multiLine: setting('m', on, off, outer.multiLine),
      dotAll: setting('s', on, off, outer.dotAll),
      ungreedy: setting('U', on, off, outer.ungreedy),
    };
    if (end === ':') this.pushFrame({ start, outer });
  }

  private pushFrame(frame: Pick<Frame, 'start' | 'outer' | 'capture'>): void {
    if (++this.steps > MAX_PROGRAM) throw tooLarge(0, this.cursor.source.length);
    this.stack.push({ ...frame, branches: [], items: [], afterRepeat: false });
  }

  private closeGroup(start: number): void {
    if (this.stack.length === 1)
      throw this.cursor.error('unexpected-parenthesis', 'This ")" closes no group; write \\) for a parenthesis.', start);
    const frame = this.stack.pop() as Frame;
    this.flags = frame.outer;
    if (frame.capture !== undefined) this.captureSpans[frame.capture.index - 1] = { start: frame.start, end: this.cursor.at };
    const of = close(frame);
    this.push(frame.capture === undefined ? of : { kind: 'capture', of, ...frame.capture });
  }
}

const ASSERTIONS: Readonly<Record<string, Assertion>> = { '\\A': 'textStart', '\\z': 'textEnd', '\\b': 'wordEdge', '\\B': 'notWordEdge' };

function close(frame: Frame): Node {
  const last = concat(frame.items);
  return frame.branches.length === 0 ? last : alternate([...frame.branches, last]);
}

function bounds(operator: RegExpExecArray): [min: number, max: number] {
  const [text, min, comma, max] = operator;
  if (text === '*') return [0, Number.POSITIVE_INFINITY];
  if (text === '+') return [1, Number.POSITIVE_INFINITY];
  if (text === '?') return [0, 1];
  return [Number(min), comma === '' ? Number(min) : max === '' ? Number.POSITIVE_INFINITY : Number(max)];
}

function setting(flag: string, on: string, off: string, before: boolean): boolean {
  return off.includes(flag) ? false : on.includes(flag) || before;
}

function withoutNewline(node: Node): Node {
  return node.kind === 'class' && contains(node.ranges, 0x0a) ? { kind: 'class', ranges: subtract(node.ranges, NEWLINE) } : node;
}

function tooLarge(start: number, end: number): PatternError {
  return new PatternError('too-large', `The pattern is too large: it would need more than ${MAX_PROGRAM} steps.`, start, end);
}

function tooManyRanges(end: number): PatternError {
  return new PatternError(
    'too-large',
    `The pattern is too large: its Unicode classes have more than ${MAX_UNICODE} ranges together.`,
    0,
    end,
  );
}

function unsupportedGroup(cursor: Cursor, start: number): PatternError {
  const around = cursor.takeMatch(/<?[=!]/y);
  if (around !== undefined) {
    const kind = around[0].startsWith('<') ? 'Look-behind' : 'Look-ahead';
    return cursor.error(
      'look-around',
      `${kind} "${cursor.since(start)}" is not supported: patterns are RE2, which runs in linear time.`,
      start,
    );
  }
  const reference = cursor.takeMatch(/P[=>](\w*)\)?/y);
  if (reference !== undefined) return cursor.error('back-reference', backReference(cursor.since(start)), start);
  const name = cursor.takeMatch(/P?<[^>]*>?/y);
  if (name !== undefined) return cursor.error('invalid-group-name', `"${cursor.since(start)}" is not a valid group name.`, start);
  cursor.takeMatch(/[^()]{1,2}/y);
  return cursor.error('invalid-group', `"${cursor.since(start)}" is not a group that RE2 knows.`, start);
}
