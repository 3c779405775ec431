import type { PatternType, Span } from '../query/ast.js';
import { type Field, fieldNamed } from '../query/fields.js';
import { type Token, tokenize } from '../query/lexer.js';
import { splitRevisions } from '../query/revisions.js';

/** What is being typed at the cursor, up to the cursor, and what of the query a suggestion replaces. */
export type CursorTarget = {
  readonly typed: string;
  /** What is replaced. */
  readonly range: Span;
  /** The token it belongs to: what the rest of the query says without it is the scope. */
  readonly token: Span;
} & (
  | {
      readonly kind: 'word';
      /** `only`: the name of a filter that is there already, or one behind a `-`; `no`: quoted text. */
      readonly filters: 'also' | 'only' | 'no';
      /** Stands before the name of a filter. */
      readonly sign: '' | '-';
      /** A `not` or `-` stands before it. */
      readonly negated: boolean;
    }
  | { readonly kind: 'value'; readonly field: Field; readonly negated: boolean }
  | {
      readonly kind: 'revision';
      /** The pattern before the `@`; absent: other filters name the repository. */
      readonly repository?: string;
      /** It is the first of its list. */
      readonly first: boolean;
    }
);

/** Undefined: nothing can be suggested there, as in a regexp or in the argument of a predicate. Positions are UTF-16 units. */
export function cursorTarget(text: string, position: number, patternType: PatternType): CursorTarget | undefined {
  const open = openQuote(text, position);
  if (open) return open;
  const tokens = tokenize(text, patternType);
  const index = tokens.findLastIndex((token) => token.start < position && position <= token.end);
  const token = tokens[index];
  const before = tokens.findLast((other) => other.end <= (token?.start ?? position));
  if (token?.kind === 'filter') return inFilter(text, token, position);
  const negated = before !== undefined && isNot(before, text, token?.start ?? position);
  const word = { kind: 'word', filters: 'also', sign: '', negated } as const;
  const here = { start: position, end: position };
  if (!token || token.kind === 'open' || token.kind === 'close') return { ...word, typed: '', range: here, token: here };
  if (token.kind === 'word' && token.form !== 'text') {
    if (token.form === 'regexp' || position < token.valueStart) return undefined;
    return { ...word, filters: 'no', typed: text.slice(token.valueStart, position), range: spanOf(token), token: spanOf(token) };
  }
  // A parenthesis that has no partner yet is part of the word, and in a structural query of the code.
  const opened = patternType === 'structural' ? 0 : (/^\(*/.exec(text.slice(token.start, token.end))?.[0].length ?? 0);
  const start = Math.min(token.start + opened, position);
  const range = { start, end: token.end };
  const typed = text.slice(start, position);
  // A colon makes no filter of a name that is not whole yet, but it is there.
  const colon = /^[a-z]*$/i.test(typed) ? /^[a-z]*:/i.exec(text.slice(position, token.end))?.[0].length : undefined;
  if (colon !== undefined) return { ...word, filters: 'only', typed, range: { start, end: position + colon }, token: range };
  if (/^-[a-z]*$/i.test(typed)) return { ...word, filters: 'only', sign: '-', negated: true, typed: typed.slice(1), range, token: range };
  return { ...word, typed, range, token: range };
}

/** A `not` with nothing behind it yet is text to the lexer. */
function isNot(before: Token, text: string, at: number): boolean {
  const isWord = before.kind === 'word' && before.form === 'text' && before.end < at;
  return before.kind === 'operator' ? before.operator === 'not' : isWord && /^not$/i.test(text.slice(before.start, before.end));
}

const spanOf = ({ start, end }: Span): Span => ({ start, end });

function inFilter(text: string, token: Token & { kind: 'filter' }, position: number): CursorTarget | undefined {
  const { field, negated, valueStart, quoted } = token;
  if (position < valueStart) {
    const start = token.start + (negated ? 1 : 0);
    const range = { start: token.start, end: valueStart };
    const sign = negated ? '-' : '';
    return {
      kind: 'word',
      filters: 'only',
      sign,
      negated,
      typed: text.slice(start, Math.max(position, start)),
      range,
      token: spanOf(token),
    };
  }
  const raw = text.slice(valueStart, position);
  if (!quoted && /^(?:has|contains|at)(?:\.[a-z]+)*\(/i.test(raw) && field.name in { repo: 0, file: 0, rev: 0 }) return undefined;
  if (!quoted && field.name === 'rev') return inRevisions(text, { start: valueStart, end: token.end }, position, token);
  const value = { kind: 'value', field, negated, token: spanOf(token) } as const;
  if (quoted) return { ...value, typed: unquoted(raw), range: { start: valueStart, end: token.end } };
  const split = field.name === 'repo' ? splitRevisions(token.value) : undefined;
  if (split?.at === undefined) return { ...value, typed: raw, range: { start: valueStart, end: token.end } };
  const list = { start: valueStart + split.at, end: token.end };
  if (position < list.start) return { ...value, typed: raw, range: { start: valueStart, end: list.start - 1 } };
  return inRevisions(text, list, position, token, split.pattern);
}

/** One item of `a:b:c`; the `^` that leaves a revision out stays. */
function inRevisions(text: string, list: Span, position: number, token: Span, repository?: string): CursorTarget | undefined {
  const colon = text.slice(list.start, position).lastIndexOf(':');
  let start = list.start + colon + 1;
  const next = text.slice(position, list.end).indexOf(':');
  const end = next < 0 ? list.end : position + next;
  if (text[start] === '*') return undefined;
  if (text[start] === '^' && start < position) start++;
  const typed = text.slice(start, position);
  return {
    kind: 'revision',
    typed,
    first: colon < 0,
    range: { start, end },
    token: spanOf(token),
    ...(repository === undefined ? {} : { repository }),
  };
}

/** A value whose quotes are not closed yet reads as several words; here it is one. */
function openQuote(text: string, position: number): CursorTarget | undefined {
  const match = /(?:^|[\s(])(-?)([a-z]+):(?:"((?:[^"\\]|\\[\s\S])*)|'((?:[^'\\]|\\[\s\S])*))$/i.exec(text.slice(0, position));
  const field = match && fieldNamed(match[2] as string);
  if (!match || !field) return undefined;
  const typed = match[3] ?? match[4] ?? '';
  const valueStart = position - typed.length - 1;
  const quote = text[valueStart] as string;
  // Closed later on: the lexer reads it well.
  if (new RegExp(`^(?:[^${quote}\\\\]|\\\\[\\s\\S])*${quote}(?=[\\s)]|$)`).test(text.slice(position))) return undefined;
  const rest = /^[^\s)]*/.exec(text.slice(position))?.[0].length ?? 0;
  const token = { start: valueStart - 1 - (match[2] as string).length - (match[1] ? 1 : 0), end: position + rest };
  const range = { start: valueStart, end: token.end };
  return { kind: 'value', field, negated: match[1] === '-', typed: unquoted(quote + typed), range, token };
}

const unquoted = (written: string): string => written.slice(1).replace(/\\(["'\\])/g, '$1');
