import type { PatternType, Span } from './ast.js';
import { type Field, fieldNamed } from './fields.js';

export type Token = Span &
  (
    | { readonly kind: 'open' | 'close' }
    | { readonly kind: 'operator'; readonly operator: 'and' | 'or' | 'not' }
    /** The `-` before a pattern or a group. */
    | { readonly kind: 'minus' }
    | {
        readonly kind: 'filter';
        readonly field: Field;
        readonly negated: boolean;
        readonly value: string;
        readonly quoted: boolean;
        readonly valueStart: number;
      }
    | { readonly kind: 'word'; readonly form: 'text' | 'quoted' | 'regexp'; readonly value: string; readonly valueStart: number }
  );

/**
 * Cuts a query into tokens, in one pass without going back. What cannot have another meaning is text:
 * parentheses without a partner, quotes and slashes that are never closed, words with a colon that are no field.
 */
export function tokenize(text: string, patternType: PatternType): Token[] {
  return settleParentheses(text, new Lexer(text, patternType).tokens(), patternType);
}

class Lexer {
  private at = 0;
  /** For each parenthesis that is open: how many more the text behind it has opened, as in `(foo(a, b) or c)`. */
  private readonly open: number[] = [];
  private readonly out: Token[] = [];
  private readonly closings: readonly number[];

  constructor(
    private readonly text: string,
    private readonly patternType: PatternType,
  ) {
    this.closings = closingsBehind(text);
  }

  tokens(): Token[] {
    while (this.skipBlanks()) this.out.push(this.next());
    return this.out;
  }

  private skipBlanks(): boolean {
    while (this.at < this.text.length && isBlank(this.text[this.at])) this.at++;
    return this.at < this.text.length;
  }

  private next(): Token {
    const start = this.at;
    const char = this.text[start];
    if (char === '(') {
      this.at++;
      this.open.push(0);
      return { kind: 'open', start, end: this.at };
    }
    if (char === ')' && this.open.length > 0 && !this.closesText()) {
      this.at++;
      this.open.pop();
      return { kind: 'close', start, end: this.at };
    }
    const operator = this.match(this.patternType === 'keyword' ? /(and|or|not)(?=[\s()]|$)/iy : /(and|or|not)(?=[\s)]|$)/iy);
    if (operator !== undefined) {
      this.setOpenInText(0);
      return { kind: 'operator', operator: (operator[1] as string).toLowerCase() as 'and', start, end: this.at };
    }
    return this.filter(start) ?? this.minus(start) ?? this.quoted(start) ?? this.regexp(start) ?? this.word(start);
  }

  private filter(start: number): Token | undefined {
    const match = this.match(/(-?)([a-z]+):/iy);
    if (match === undefined) return undefined;
    const field = fieldNamed(match[2] as string);
    // In code a name with a colon is often a key or a typed parameter.
    const isCode = this.patternType === 'structural' && (this.at === this.text.length || isBlank(this.text[this.at]));
    if (field === undefined || isCode) {
      this.at = start;
      return undefined;
    }
    const valueStart = this.at;
    const quoted = this.quotedText();
    const value = quoted ?? this.filterValue();
    return { kind: 'filter', field, negated: match[1] === '-', value, quoted: quoted !== undefined, valueStart, start, end: this.at };
  }

  /** To the next blank that no bracket, parenthesis of a predicate or backslash protects. */
  private filterValue(): string {
    const start = this.at;
    if (this.match(/(?:has|contains|at)(?:\.[a-z]+)*\(/iy) !== undefined) {
      this.at = closingParenthesis(this.text, this.at) ?? this.at;
      if (this.text[this.at - 1] === ')') return this.text.slice(start, this.at);
      this.at = start;
    }
    return this.run(true);
  }

  /** In keyword queries only: elsewhere a `-` is part of the text, and `not` negates. */
  private minus(start: number): Token | undefined {
    if (this.patternType !== 'keyword' || this.match(/-(?=[\p{L}\p{N}_"'/(.$#@\\])/uy) === undefined) return undefined;
    return { kind: 'minus', start, end: this.at };
  }

  private quoted(start: number): Token | undefined {
    if (this.patternType !== 'keyword' && this.patternType !== 'regexp') return undefined;
    const value = this.quotedText();
    if (value === '') this.at = start;
    return !value ? undefined : { kind: 'word', form: 'quoted', value, valueStart: start + 1, start, end: this.at };
  }

  /** Text between quotes when a blank, a closing parenthesis or the end follows them. `\"` and `\\` are escapes. */
  private quotedText(): string | undefined {
    const match = this.match(/"((?:[^"\\]|\\[\s\S])*)"(?=[\s)]|$)/y) ?? this.match(/'((?:[^'\\]|\\[\s\S])*)'(?=[\s)]|$)/y);
    return match?.[1]?.replace(/\\(["'\\])/g, '$1');
  }

  private regexp(start: number): Token | undefined {
    if (this.patternType !== 'keyword' && this.patternType !== 'standard') return undefined;
    const match = this.match(/\/((?:[^\\/\n]|\\[\s\S])+)\/(?=[\s)]|$)/y);
    return match && { kind: 'word', form: 'regexp', value: match[1] as string, valueStart: start + 1, start, end: this.at };
  }

  private word(start: number): Token {
    const value = this.run(this.patternType === 'regexp', true);
    return { kind: 'word', form: 'text', value, valueStart: start, start, end: this.at };
  }

  /** Text up to a blank, or up to the parenthesis that closes a group around it. */
  private run(regexp: boolean, isText = false): string {
    const { text } = this;
    const start = this.at;
    let depth = 0;
    for (; this.at < text.length; this.at++) {
      const char = text[this.at] as string;
      if (isBlank(char)) break;
      if (char === '\\' && this.at + 1 < text.length && (regexp || !isBlank(text[this.at + 1]))) this.at++;
      else if (char === '[' && regexp) this.at = endOfClass(text, this.at);
      else if (char === '(') depth++;
      else if (char === ')') {
        if (depth > 0) depth--;
        else if (isText && this.closesText()) this.setOpenInText(this.openInText - 1);
        else if (this.open.length > 0) break;
      }
    }
    this.at = Math.min(this.at, text.length);
    if (isText) this.setOpenInText(this.openInText + depth);
    return text.slice(start, this.at);
  }

  private get openInText(): number {
    return this.open.at(-1) ?? 0;
  }

  private setOpenInText(count: number): void {
    if (this.open.length > 0) this.open[this.open.length - 1] = count;
  }

  /** Does the parenthesis here close one that an earlier word opened? Only when enough are left to close the groups around it. */
  private closesText(): boolean {
    return this.openInText > 0 && (this.closings[this.at + 1] as number) >= this.open.length;
  }

  private match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const match = sticky.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match;
  }
}

/** out[i]: how many more parentheses close than open at i and behind. */
function closingsBehind(text: string): number[] {
  const out = new Array<number>(text.length + 1).fill(0);
  for (let i = text.length - 1; i >= 0; i--) {
    out[i] = (out[i + 1] as number) + (text[i] === ')' ? 1 : text[i] === '(' ? -1 : 0);
  }
  return out;
}

function isBlank(char: string | undefined): boolean {
  return char !== undefined && /\s/.test(char);
}

/** The index of the `]` that closes the bracket expression at `at`; `at` itself when none does. */
function endOfClass(text: string, at: number): number {
  if (!text.includes(']', at)) return at;
  let i = at + 1;
  if (text[i] === '^') i++;
  if (text[i] === ']') i++;
  for (; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ']') return i;
    else if (text[i] === '[' && text[i + 1] === ':') i = Math.max(i, text.indexOf(':]', i + 2) + 1);
  }
  return at;
}

/** The index behind the parenthesis that closes the one before `at`. */
export function closingParenthesis(text: string, at: number): number | undefined {
  if (!text.includes(')', at)) return undefined;
  let depth = 1;
  for (let i = at; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '"' && /[\s(:]/.test(text[i - 1] ?? '')) {
      const close = text.indexOf('"', i + 1);
      if (close !== -1 && /[\s):]/.test(text[close + 1] ?? '')) i = close;
    } else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return i + 1;
  }
  return undefined;
}

/**
 * Decides which parentheses group. One without a partner never does, nor does an empty pair. In keyword queries all others do;
 * elsewhere parentheses are mostly code, so a pair groups only when it holds an operator or a filter, or is the whole operand of an operator.
 */
function settleParentheses(text: string, tokens: readonly Token[], patternType: PatternType): Token[] {
  const partner = new Map<number, number>();
  const stack: number[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind === 'open') stack.push(i);
    else if (token.kind === 'close') {
      const open = stack.pop();
      if (open !== undefined) partner.set(open, i).set(i, open);
    }
  }
  const structured = countPrefix(tokens, (token) => token.kind === 'operator' || token.kind === 'filter');
  const groups = (open: number, close: number): boolean => {
    if (close === open + 1) return false;
    if (patternType === 'keyword') return true;
    if ((structured[close] as number) > (structured[open] as number)) return true;
    const before = tokens[open - 1];
    const after = tokens[close + 1];
    const operand = isEdge(before, 'open') && isEdge(after, 'close');
    return operand && (before?.kind === 'operator' || after?.kind === 'operator');
  };
  const settled = tokens.map((token, i): Token => {
    if (token.kind !== 'open' && token.kind !== 'close') return token;
    const other = partner.get(i);
    if (other !== undefined && groups(Math.min(i, other), Math.max(i, other))) return token;
    const { start, end } = token;
    return { kind: 'word', form: 'text', value: text.slice(start, end), valueStart: start, start, end };
  });
  return joinTouching(text, settled);
}

/** Nothing, an operator or the parenthesis of an outer group: what stands beside a whole operand. */
function isEdge(token: Token | undefined, outer: 'open' | 'close'): boolean {
  return token === undefined || token.kind === 'operator' || token.kind === outer;
}

/** out[i] counts the tokens before i that satisfy the condition. */
function countPrefix(tokens: readonly Token[], condition: (token: Token) => boolean): number[] {
  const out = [0];
  for (const token of tokens) out.push((out.at(-1) as number) + (condition(token) ? 1 : 0));
  return out;
}

/** Words of plain text that touch each other are one word: a parenthesis that turned out to be text, and what follows it. */
function joinTouching(text: string, tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const before = out.at(-1);
    if (isText(token) && before !== undefined && isText(before) && before.end === token.start) {
      out[out.length - 1] = { ...before, value: text.slice(before.start, token.end), end: token.end };
    } else out.push(token);
  }
  return out;
}

function isText(token: Token): token is Token & { kind: 'word' } {
  return token.kind === 'word' && token.form === 'text';
}
