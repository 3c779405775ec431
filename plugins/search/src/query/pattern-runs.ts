import { parseRegex } from '../regex/parse-regex.js';
import { PatternError } from '../regex/regex-error.js';
import type { PatternText, PatternType } from './ast.js';
import { BracketEnds } from './bracket-ends.js';
import type { Token } from './lexer.js';

export type Word = Token & { kind: 'word' };

export interface PatternRead {
  readonly pattern: PatternText;
  /** A syntax error of its regexp, with offsets into the query. */
  readonly error?: PatternError;
  /** Where in the query stand parentheses that nothing closes; they are read as text. */
  readonly unclosed?: readonly number[];
}

/**
 * One pattern out of the words that belong together: a single word in a keyword query, otherwise a run of words.
 * Standard and literal keep the blanks between words; in a regexp they mean "then, with anything between".
 */
export function readWords(text: string, words: readonly Word[], patternType: PatternType): PatternRead {
  const only = words.length === 1 ? (words[0] as Word) : undefined;
  if (only?.form === 'regexp') return readSlashed(only.value, only.valueStart);
  if (only?.form === 'quoted') return { pattern: { kind: 'literal', value: only.value } };
  return patternType === 'regexp' ? readSpacedRegexp(text, words) : { pattern: { kind: 'literal', value: spacedText(words) } };
}

/** What `content:` searches for: its value is read like a pattern of the query's type. */
export function readContent(value: string, quoted: boolean, valueStart: number, patternType: PatternType): PatternRead {
  if (quoted || patternType === 'literal' || patternType === 'structural') return { pattern: { kind: 'literal', value } };
  if (patternType === 'regexp') return readRegexp(value, (i) => valueStart + i);
  const regexp = /^\/((?:[^\\/]|\\[\s\S])+)\/$/.exec(value)?.[1];
  return regexp === undefined ? { pattern: { kind: 'literal', value } } : readSlashed(regexp, valueStart + 1);
}

/** A regexp between slashes, in which `\\/` is a slash. */
function readSlashed(value: string, start: number): PatternRead {
  const { source, offsets } = withoutEscapedSlashes(value);
  return readRegexp(source, (i) => start + (offsets[i] ?? value.length));
}

function withoutEscapedSlashes(value: string): { readonly source: string; readonly offsets: readonly number[] } {
  let source = '';
  const offsets: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const isEscape = value[i] === '\\' && i + 1 < value.length;
    const part = !isEscape ? (value[i] as string) : value[i + 1] === '/' ? '/' : value.slice(i, i + 2);
    for (let k = 0; k < part.length; k++) offsets.push(i + k);
    source += part;
    if (isEscape) i++;
  }
  return { source, offsets };
}

export function readRegexp(value: string, offset: (index: number) => number): PatternRead {
  const parsed = parseRegex(value, { caseSensitive: true });
  const pattern: PatternText = { kind: 'regexp', value };
  if (parsed.ok) return { pattern };
  const { code, message, start, end } = parsed.error;
  return { pattern, error: new PatternError(code, message, offset(start), offset(Math.max(start, end - 1)) + 1) };
}

/** The words with a single blank between them. */
function spacedText(words: readonly Word[]): string {
  return words.map(({ value }) => value).join(' ');
}

function readSpacedRegexp(text: string, words: readonly Word[]): PatternRead {
  let value = '';
  const offsets: number[] = [];
  const trailing: number[] = [];
  const add = (source: string, from: number, width = 1) => {
    value += source;
    for (let i = 0; i < source.length; i++) offsets.push(width === 0 ? from : from + i);
  };
  const parts = words.filter(({ form, value }) => form !== 'quoted' || value !== '');
  parts.forEach((word, i) => {
    if (i > 0) add('.*?', word.start, 0);
    if (word.form === 'quoted') {
      add(escapeRegexp(word.value).replace(/\s/g, '\\$&'), word.start, 0);
      return;
    }
    const slashed = word.form === 'regexp' ? withoutEscapedSlashes(word.value) : undefined;
    const written = slashed?.source ?? text.slice(word.start, word.end);
    // A choice binds weaker than a sequence, so a word that is one part of several keeps to itself.
    const alone = parts.length === 1 || !hasOuterChoice(written);
    if (!alone) add('(?:', word.start, 0);
    if (slashed !== undefined)
      for (let at = 0; at < written.length; at++) add(written[at] as string, word.valueStart + (slashed.offsets[at] ?? at));
    else for (const [part, at] of withLiteralParentheses(written)) add(part, word.start + at, part.startsWith('\\') ? 0 : 1);
    if (slashed === undefined && endsInOpening(written)) trailing.push(word.end - 1);
    if (!alone) add(')', word.end - 1, 0);
  });
  offsets.push(words.at(-1)?.end ?? 0);
  const closable = unclosedParentheses(value);
  const read = readRegexp(withBackslashes(value, closable), (i) => offsets[i - closable.filter((at, k) => at + k < i).length] ?? 0);
  const unclosed = [...new Set([...closable.map((at) => offsets[at] as number), ...trailing])].sort((a, b) => a - b);
  return unclosed.length === 0 ? read : { ...read, unclosed };
}

/** Parentheses that open groups which nothing closes. Those that begin with `(?` are no text, so they stay wrong. */
function unclosedParentheses(regexp: string): readonly number[] {
  const open: number[] = [];
  const brackets = new BracketEnds(regexp);
  for (let i = 0; i < regexp.length; i++) {
    const char = regexp[i];
    if (char === '\\') i++;
    else if (char === '[') i = brackets.of(i);
    else if (char === '(') open.push(i);
    else if (char === ')') open.pop();
  }
  return open.filter((at) => regexp[at + 1] !== '?');
}

function withBackslashes(regexp: string, before: readonly number[]): string {
  let end = 0;
  const parts = before.map((at) => regexp.slice(end, (end = at)));
  return [...parts, regexp.slice(end)].join('\\');
}

/** In code, `()` is a call and `foo(` the beginning of one; as a regexp, the first means nothing and the second is an error. */
function withLiteralParentheses(word: string): readonly (readonly [part: string, at: number])[] {
  const parts: (readonly [string, number])[] = [];
  for (let i = 0; i < word.length; i++) {
    const char = word[i] as string;
    const isPair = char === '(' && word[i + 1] === ')';
    if (char === '\\') {
      parts.push([word.slice(i, i + 2), i]);
      i++;
    } else if (isPair) {
      parts.push(['\\(', i], ['\\)', i + 1]);
      i++;
    } else parts.push([char === '(' && i === word.length - 1 ? '\\(' : char, i]);
  }
  return parts;
}

const endsInOpening = (word: string): boolean =>
  withLiteralParentheses(word).at(-1)?.[0] === '\\(' && !/(?:^|[^\\])(?:\\\\)*\\\($/.test(word);

/** True when a `|` stands outside of parentheses that the word itself opens and closes. */
function hasOuterChoice(word: string): boolean {
  let depth = 0;
  let choice = false;
  for (let i = 0; i < word.length; i++) {
    const char = word[i];
    if (char === '\\') i++;
    else if (char === '[') i = Math.max(i, word.indexOf(']', i + 2));
    else if (char === '(') depth++;
    else if (char === ')' && --depth < 0) return false;
    else if (char === '|' && depth === 0) choice = true;
  }
  return choice && depth === 0;
}

export function escapeRegexp(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
