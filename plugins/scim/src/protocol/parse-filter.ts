import type { SextantError } from '@sextant/sdk';
import { invalidFilter, invalidPath, quoted } from '../scim-errors.js';
import type { AttributePath } from './attribute-path.js';
import type { Comparand, Comparison, Filter, PatchPath } from './filter.js';

const MAX_LENGTH = 65_536;
const MAX_DEPTH = 32;
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w$:.-]))|(\.?[a-z$][\w$:.-]*))/iy;
const COMPARISONS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const OF_TEXT: ReadonlySet<string> = new Set(['co', 'sw', 'ew']);
const OF_ORDER: ReadonlySet<string> = new Set(['gt', 'ge', 'lt', 'le']);
const LITERALS: Readonly<Record<string, boolean | null | undefined>> = { true: true, false: false, null: null };

type Token = { readonly kind: 'bracket' | 'text' | 'number' | 'word'; readonly text: string };

/** @throws SEXTANT_SCIM_FILTER. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text, invalidFilter);
  const filter = reader.filter(0);
  reader.end();
  return filter;
}

/** @throws SEXTANT_SCIM_PATH. */
export function parsePath(text: string): PatchPath {
  const reader = new Reader(text, (why) => invalidPath(text, why));
  const path = reader.attribute();
  const elements = reader.takes('[') ? reader.elements(0) : undefined;
  const sub = elements === undefined ? undefined : reader.subAttribute();
  reader.end();
  return { ...path, sub: sub ?? path.sub, elements };
}

/** Reads tokens from left to right; each method takes what it names. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(
    text: string,
    private readonly refuse: (why: string) => SextantError,
  ) {
    if (text.length > MAX_LENGTH) throw refuse(`It is longer than ${MAX_LENGTH} characters.`);
    this.#tokens = this.#tokenized(text);
  }

  /** `or` binds less than `and`. */
  filter(depth: number): Filter {
    if (depth > MAX_DEPTH) throw this.refuse(`It is nested more than ${MAX_DEPTH} deep.`);
    return this.#joined('or', () => this.#joined('and', () => this.#term(depth)));
  }

  /** What stands between brackets, of which the first is taken. */
  elements(depth: number): Filter {
    const filter = this.filter(depth + 1);
    this.#need(']');
    return filter;
  }

  /** `.name` behind a bracket. */
  subAttribute(): string | undefined {
    const next = this.#tokens[this.#at];
    if (next?.kind !== 'word' || !next.text.startsWith('.')) return undefined;
    this.#at++;
    if (!/^\.[a-z$][\w$-]*$/i.test(next.text)) throw this.refuse(`${quoted(next.text)} names no sub-attribute.`);
    return next.text.slice(1);
  }

  /** A schema alone, such as `urn:…:2.0:User`, reads as an attribute "User"; whoever knows the schemas tells them apart. */
  attribute(): AttributePath {
    const token = this.#next('the name of an attribute');
    const colon = token.text.lastIndexOf(':');
    const schema = colon < 0 ? undefined : token.text.slice(0, colon);
    const [name, sub, ...more] = token.text.slice(colon + 1).split('.');
    if (token.kind !== 'word' || !name || sub === '' || more.length > 0 || (schema !== undefined && !/^urn:/i.test(schema)))
      throw this.refuse(`${quoted(token.text)} names no attribute.`);
    return { schema, name, sub };
  }

  takes(bracket: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'bracket' || token.text !== bracket) return false;
    this.#at++;
    return true;
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw this.refuse(`${quoted(token.text)} is one too many.`);
  }

  #joined(op: 'and' | 'or', part: () => Filter): Filter {
    const of = [part()];
    while (this.#takesWord(op)) of.push(part());
    return of.length === 1 ? (of[0] as Filter) : { op, of };
  }

  #term(depth: number): Filter {
    if (this.takes('(')) return this.#group(depth);
    if (this.#isWord('not') && this.#tokens[this.#at + 1]?.text === '(') {
      this.#at += 2;
      return { op: 'not', of: this.#group(depth) };
    }
    const path = this.attribute();
    if (!this.takes('[')) return this.#comparison(path);
    const element = this.elements(depth);
    const sub = this.subAttribute();
    // `emails[type eq "work"].value eq "…"` is of no RFC and asked for all the same: one element has both.
    const of: Filter =
      sub === undefined ? element : { op: 'and', of: [element, this.#comparison({ schema: undefined, name: sub, sub: undefined })] };
    return { op: 'element', path, of };
  }

  #group(depth: number): Filter {
    const filter = this.filter(depth + 1);
    this.#need(')');
    return filter;
  }

  #comparison(path: AttributePath): Filter {
    const op = this.#next('an operator').text.toLowerCase();
    if (op === 'pr') return { op, path };
    if (!COMPARISONS.has(op)) throw this.refuse(`${quoted(op)} is no operator.`);
    const value = this.#value();
    if (OF_TEXT.has(op) && typeof value !== 'string') throw this.refuse(`The operator ${op} takes a text.`);
    if (OF_ORDER.has(op) && (value === null || typeof value === 'boolean'))
      throw this.refuse(`The operator ${op} takes a text or a number.`);
    return { op: op as Comparison, path, value };
  }

  #value(): Comparand {
    const { kind, text } = this.#next('a value');
    if (kind === 'number') return Number(text);
    const literal = kind === 'word' ? LITERALS[text.toLowerCase()] : undefined;
    if (literal !== undefined) return literal;
    if (kind !== 'text') throw this.refuse(`${quoted(text)} is no value; texts stand between quotation marks.`);
    try {
      return JSON.parse(text) as string;
    } catch {
      throw this.refuse(`${quoted(text)} is not written as JSON writes texts.`);
    }
  }

  #need(bracket: string): void {
    if (!this.takes(bracket)) throw this.refuse(`A "${bracket}" is missing.`);
  }

  #isWord = (word: string): boolean => {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' && token.text.toLowerCase() === word;
  };

  #takesWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#at++;
    return true;
  }

  #next(what: string): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.refuse(`It ends where ${what} should stand.`);
    this.#at++;
    return token;
  }

  #tokenized(text: string): readonly Token[] {
    const tokens: Token[] = [];
    const whole = text.trimEnd();
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < whole.length; ) {
      const from = TOKEN.lastIndex;
      const [, bracket, string, number, word] = TOKEN.exec(whole) ?? [];
      if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
      else if (string !== undefined) tokens.push({ kind: 'text', text: string });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number });
      else if (word !== undefined) tokens.push({ kind: 'word', text: word });
      else throw this.refuse(`It breaks at ${quoted(whole.slice(from, from + 20))}.`);
    }
    return tokens;
  }
}
