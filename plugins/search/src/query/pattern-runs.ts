import { parseRegex } from '../regex/parse-regex.js';
import { PatternError } from '../regex/regex-error.js';
import type { PatternText, PatternType } from './ast.js';
import type { Token } from './lexer.js';

export type Word = Token & { kind: 'word' };

export interface PatternRead {
  readonly pattern: PatternText;
  /** A syntax error of its regexp, with offsets into the query. */
  readonly error?: PatternError;
}

/**
 * One pattern out of the words that belong together: a single word in a keyword query, otherwise a run of words.
 * Standard and literal keep the blanks between words; in a regexp they mean "then, with anything between".
 */
export function readWords(text: string, words: readonly Word[], patternType: PatternType): PatternRead {
  const only = words.length === 1 ? (words[0] as Word) : undefined;
  if (only?.form === 'regexp') return readRegexp(only.value, (i) => only.valueStart + i);
  if (only?.form === 'quoted') return { pattern: { kind: 'literal', value: only.value } };
  return patternType === 'regexp' ? readSpacedRegexp(text, words) : { pattern: { kind: 'literal', value: spacedText(text, words) } };
}

/** What `content:` searches for: its value is read like a pattern of the query's type. */
export function readContent(value: string, quoted: boolean, valueStart: number, patternType: PatternType): PatternRead {
  if (quoted || patternType === 'literal' || patternType === 'structural') return { pattern: { kind: 'literal', value } };
  if (patternType === 'regexp') return readRegexp(value, (i) => valueStart + i);
  const regexp = /^\/((?:[^\\/]|\\[\s\S])+)\/$/.exec(value)?.[1];
  return regexp === undefined ? { pattern: { kind: 'literal', value } } : readRegexp(regexp, (i) => valueStart + 1 + i);
}

export function readRegexp(value: string, offset: (index: number) => number): PatternRead {
  const parsed = parseRegex(value, { caseSensitive: true });
  const pattern: PatternText = { kind: 'regexp', value };
  if (parsed.ok) return { pattern };
  const { code, message, start, end } = parsed.error;
  return { pattern, error: new PatternError(code, message, offset(start), offset(Math.max(start, end - 1)) + 1) };
}

/** The words as they stand, a single blank where a filter stood between two. */
function spacedText(text: string, words: readonly Word[]): string {
  return words.map((word, i) => gap(text, words[i - 1], word) + word.value).join('');
}

function gap(text: string, before: Word | undefined, word: Word): string {
  if (before === undefined) return '';
  const between = text.slice(before.end, word.start);
  return /^\s*$/.test(between) ? between : ' ';
}

function readSpacedRegexp(text: string, words: readonly Word[]): PatternRead {
  let value = '';
  const offsets: number[] = [];
  const add = (source: string, from: number, width = 1) => {
    value += source;
    for (let i = 0; i < source.length; i++) offsets.push(width === 0 ? from : from + i);
  };
  words.forEach((word, i) => {
    if (i > 0 && (words[i - 1] as Word).end < word.start) add('.*?', word.start, 0);
    if (word.form === 'quoted') {
      add(escapeRegexp(word.value).replace(/\s/g, '\\$&'), word.start, 0);
      return;
    }
    // A choice binds weaker than a sequence, so a word that is one part of several keeps to itself.
    const alone = words.length === 1 || !hasOuterChoice(word.value);
    if (!alone) add('(?:', word.start, 0);
    add(text.slice(word.start, word.end), word.start);
    if (!alone) add(')', word.end - 1, 0);
  });
  offsets.push(words.at(-1)?.end ?? 0);
  return readRegexp(value, (i) => offsets[i] ?? 0);
}

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
