import type { PatternType, Span } from './ast.js';
import { BalancedText } from './balanced-text.js';
import { BracketEnds } from './bracket-ends.js';
import { type Field, fieldNamed } from './fields.js';

export type Token = Span &
  (
    | { readonly kind: 'open' | 'close' }
    | { readonly kind: 'operator'; readonly operator: 'and' | 'or' | 'not' }
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

/** Groups nest no deeper. */
export const MAX_DEPTH = 100;

/**
 * Splits a query into tokens. Text that cannot have another meaning is a word: quotes and slashes that are never closed, words with a colon
 * that are no field, operators with nothing beside them. When a group is never closed, no parenthesis of the query groups.
 */
export function tokenize(text: string, patternType: PatternType): Token[] {
  return tokenizeQuery(text, patternType).tokens;
}

export function tokenizeQuery(text: string, patternType: PatternType): { readonly tokens: Token[]; readonly hasGroups: boolean } {
  if (patternType !== 'structural') {
    const lexer = new Lexer(text, patternType, true);
    const tokens = lexer.tokens();
    if (lexer.depth === 0 || lexer.isTooDeep) return { tokens, hasGroups: true };
  }
  return { tokens: new Lexer(text, patternType, false).tokens(), hasGroups: false };
}

class Lexer {
  /** Groups that are open. */
  depth = 0;
  isTooDeep = false;
  private at = 0;
  private readonly out: Token[] = [];
  private readonly balanced: BalancedText;
  private readonly brackets: BracketEnds;

  constructor(
    private readonly text: string,
    private readonly patternType: PatternType,
    private readonly hasGroups: boolean,
  ) {
    this.balanced = new BalancedText(text, patternType === 'regexp');
    this.brackets = new BracketEnds(text);
  }

  tokens(): Token[] {
    while (this.skipBlanks() && !this.isTooDeep) this.out.push(this.next());
    return this.out;
  }

  private skipBlanks(): boolean {
    while (this.at < this.text.length && isBlank(this.text[this.at])) this.at++;
    return this.at < this.text.length;
  }

  private next(): Token {
    const start = this.at;
    const char = this.text[start];
    if (char === '(' && this.hasGroups && this.depth >= MAX_DEPTH && this.text.includes(')', start)) this.isTooDeep = true;
    if (char === '(' && this.opensGroup()) {
      const empty = this.match(/\(\s*\)/y);
      if (empty !== undefined) return { kind: 'word', form: 'text', value: '()', valueStart: start, start, end: this.at };
      this.at++;
      this.depth++;
      return { kind: 'open', start, end: this.at };
    }
    if (char === ')' && this.depth > 0) {
      this.at++;
      this.depth--;
      return { kind: 'close', start, end: this.at };
    }
    return this.operator(start) ?? this.filter(start) ?? this.quoted(start) ?? this.regexp(start) ?? this.word(start);
  }

  /** In keyword queries each parenthesis that begins a term groups; elsewhere only one around an operator or a filter. */
  private opensGroup(): boolean {
    return this.hasGroups && (this.patternType === 'keyword' || this.balanced.endOf(this.at) === undefined);
  }

  /** `and` and `or` stand between operands, `not` before one; what stands behind `not` is its operand. */
  private operator(start: number): Token | undefined {
    if (this.isOperand()) return undefined;
    const match = this.match(/(?:(and|or)(?=[\s(])|(not)(?=\s|\())(?=\s*[^\s)])/iy);
    if (match === undefined) return undefined;
    const operator = (match[1] ?? match[2] ?? '').toLowerCase() as 'and' | 'or' | 'not';
    const before = this.out.at(-1);
    const stands =
      operator === 'not'
        ? isBlank(this.text[this.at]) || this.opensNegatedGroup()
        : before !== undefined && before.kind !== 'open' && (before.kind === 'close' || before.end < start);
    if (stands) return { kind: 'operator', operator, start, end: this.at };
    this.at = start;
    return undefined;
  }

  private isOperand(): boolean {
    const before = this.out.at(-1);
    return before?.kind === 'operator' && before.operator === 'not';
  }

  /** `not(a or b)`, while `not(a)` is the call of a function. */
  private opensNegatedGroup(): boolean {
    return this.hasGroups && this.balanced.endOf(this.at) === undefined;
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
    const quoted = this.quotedText(false);
    const value = quoted ?? this.filterValue();
    return { kind: 'filter', field, negated: match[1] === '-', value, quoted: quoted !== undefined, valueStart, start, end: this.at };
  }

  /** To the next blank that no bracket, parenthesis or backslash protects. */
  private filterValue(): string {
    const start = this.at;
    if (this.match(/(?:has|contains|at)(?:\.[a-z]+)*\(/iy) !== undefined) {
      this.at = closingParenthesis(this.text, this.at) ?? this.at;
      if (this.text[this.at - 1] === ')') return this.text.slice(start, this.at);
      this.at = start;
    }
    const end = this.patternType === 'structural' ? undefined : this.balanced.endOf(start);
    if (end === undefined) return this.run(true);
    // Without a group around it, a parenthesis that closes nothing belongs to the value.
    this.at = end;
    return this.text[end] === ')' && this.depth === 0 ? this.text.slice(start, end) + this.run(true) : this.text.slice(start, end);
  }

  private quoted(start: number): Token | undefined {
    if (this.patternType !== 'keyword' && this.patternType !== 'regexp') return undefined;
    const value = this.quotedText(true);
    return value === undefined ? undefined : { kind: 'word', form: 'quoted', value, valueStart: start + 1, start, end: this.at };
  }

  /** Text between quotes, with the escapes of a string. @param isTerm a blank, a closing parenthesis or the end must follow */
  private quotedText(isTerm: boolean): string | undefined {
    const match = isTerm
      ? this.match(/(["'])((?:(?!\1)[^\\]|\\[\s\S])*)\1(?=[\s)]|$)/y)
      : this.match(/(["'])((?:(?!\1)[^\\]|\\[\s\S])*)\1/y);
    const quote = match?.[1];
    return match?.[2]?.replace(/\\([\s\S])/g, (whole, char: string) =>
      char === '\\' || char === quote ? char : (WHITESPACE_ESCAPES[char] ?? whole),
    );
  }

  private regexp(start: number): Token | undefined {
    if (this.patternType !== 'keyword' && this.patternType !== 'standard' && this.patternType !== 'regexp') return undefined;
    const match = this.match(/\/((?:[^\\/\n]|\\[\s\S])+)\/(?=[\s)]|$)/y);
    return match && { kind: 'word', form: 'regexp', value: match[1] as string, valueStart: start + 1, start, end: this.at };
  }

  private word(start: number): Token {
    const value = this.wordText(start);
    return { kind: 'word', form: 'text', value, valueStart: start, start, end: this.at };
  }

  /** Parentheses that the word itself opens belong to it, with the blanks between them. */
  private wordText(start: number): string {
    const { text } = this;
    const end = this.hasGroups ? this.balanced.endOf(start) : undefined;
    if (end === undefined) return this.run(this.patternType === 'regexp', this.patternType === 'regexp' && this.hasGroups);
    this.at = end;
    if (end > start && (text[end] !== ')' || this.depth > 0)) return text.slice(start, end);
    // A parenthesis that closes nothing.
    return text.slice(start, end) + this.run(this.patternType === 'regexp');
  }

  /** Text up to a blank, or up to the parenthesis that closes a group around it. @param untilGroup or up to one that opens a group */
  private run(regexp: boolean, untilGroup = false): string {
    const { text } = this;
    const start = this.at;
    let depth = 0;
    for (; this.at < text.length; this.at++) {
      const char = text[this.at] as string;
      if (isBlank(char)) break;
      if (char === '\\' && this.at + 1 < text.length && (regexp || !isBlank(text[this.at + 1]))) this.at++;
      else if (char === '[' && regexp) this.at = this.brackets.of(this.at);
      else if (char === '(') {
        if (untilGroup && this.at > start) break;
        depth++;
      } else if (char === ')') {
        if (depth > 0) depth--;
        else if (this.depth > 0) break;
      }
    }
    this.at = Math.min(this.at, text.length);
    return text.slice(start, this.at);
  }

  private match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const match = sticky.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match;
  }
}

const WHITESPACE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function isBlank(char: string | undefined): boolean {
  return char !== undefined && /\s/.test(char);
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
