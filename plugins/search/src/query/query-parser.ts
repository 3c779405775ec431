import type { FilterNode, Fix, Notice, PatternNode, PatternText, PatternType, Query, QueryError, QueryNode, Span } from './ast.js';
import { nearest } from './edit-distance.js';
import { FIELDS } from './fields.js';
import { checkFilter, isNegatable, negationError } from './filter-values.js';
import { filtersOf } from './filters-of.js';
import { hasPattern } from './has-pattern.js';
import { hoisted } from './hoisted.js';
import { MAX_DEPTH, type Token, tokenizeQuery } from './lexer.js';
import { lonelyParenthesis } from './lonely-parenthesis.js';
import { type PatternRead, readContent, readWords, type Word } from './pattern-runs.js';
import { parsePredicate } from './predicates.js';
import { asLiteral, QuerySyntaxError, quote, replacing } from './query-errors.js';
import { checkFolding, checkTogether } from './validate.js';

export type QueryParse = { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly errors: readonly QueryError[] };

/** More are of no use to a reader, and what is wrong with each takes time to find out. */
export const MAX_ERRORS = 10;
const MAX_NOTICES = 10;

/** Reads one query in one way. @throws QuerySyntaxError */
export class QueryParser {
  private readonly tokens: Token[];
  private readonly errors: QueryError[] = [];
  private readonly notices: Notice[] = [];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly patternType: PatternType,
    private readonly caseSensitive: boolean,
  ) {
    this.tokens = tokenizeQuery(text, patternType).tokens;
  }

  parse(): QueryParse {
    const root = this.parseWhole();
    const errors = this.errors.length > 0 ? this.errors : checkTogether(this.text, this.patternType, root);
    if (errors.length > 0) return { ok: false, errors };
    const caseFilter = root === undefined ? undefined : filtersOf(root).find((filter) => filter.field === 'case');
    const caseSensitive = caseFilter === undefined ? this.caseSensitive : /^(?:yes|y|true)$/i.test(caseFilter.value);
    const folding = root === undefined || caseSensitive ? [] : checkFolding(this.text, root);
    if (folding.length > 0) return { ok: false, errors: folding };
    return { ok: true, query: { text: this.text, patternType: this.patternType, caseSensitive, root, notices: this.notices } };
  }

  private parseWhole(): QueryNode | undefined {
    const { tokens } = this;
    if (tokens.length === 0) return undefined;
    if (this.patternType === 'structural') return this.structural();
    const root = withoutEmpty(this.scope());
    this.noteWords();
    if (this.patternType !== 'regexp') this.noteLonelyParenthesis();
    return root;
  }

  /** The whole query, or what stands between two parentheses. */
  private scope(): QueryNode {
    const start = this.at;
    const node = this.or();
    return hoisted(node, this.tokens.slice(start, this.at));
  }

  private or(): QueryNode {
    const of = [this.and()];
    while (this.takeOperator('or')) of.push(this.and());
    return of.length === 1 ? (of[0] as QueryNode) : { kind: 'or', of: flatten('or', of), ...spanOf(of) };
  }

  private and(): QueryNode {
    const of = this.sequence();
    while (this.takeOperator('and')) of.push(...this.sequence());
    return of.length === 1 ? (of[0] as QueryNode) : { kind: 'and', of: flatten('and', of), ...spanOf(of) };
  }

  /** Operands side by side. Outside of keyword queries their words are one pattern, whatever filters stand between them. */
  private sequence(): QueryNode[] {
    const nodes: (QueryNode | Word[])[] = [];
    let run: Word[] | undefined;
    for (let token = this.peek(); token !== undefined && !this.endsOperand(token); token = this.peek()) {
      if (token.kind === 'word') {
        this.at++;
        // A word of a keyword query stands for itself, and so does a regexp beside text.
        const apart = this.patternType === 'keyword' || (token.form === 'regexp' && this.patternType !== 'regexp');
        if (run === undefined || apart) nodes.push((run = []));
        run.push(token);
        if (apart) run = undefined;
      } else {
        const node = this.operand();
        if (node.kind !== 'filter' && hasPattern(node)) run = undefined;
        nodes.push(node);
      }
    }
    if (nodes.length === 0) throw this.missingOperand();
    return nodes.map((node) => (Array.isArray(node) ? this.pattern(node) : node));
  }

  private operand(): QueryNode {
    const token = this.tokens[this.at++] as Token;
    switch (token.kind) {
      case 'filter':
        return this.filter(token);
      case 'word':
        return this.pattern([token]);
      case 'open':
        return this.group(token);
      case 'operator': {
        const next = this.peek();
        if (next === undefined || this.endsOperand(next)) throw this.missingOperand();
        const of = this.nested(token, () => this.operand());
        const node = negation(of, token.start);
        if (node.kind === 'filter' && node.negated && !isNegatable(node)) this.errors.push(negationError(this.text, node));
        return node;
      }
      default:
        throw this.failure(token, 'This ")" closes nothing.');
    }
  }

  private group(open: Token): QueryNode {
    const node = this.nested(open, () => this.scope());
    this.at++;
    return node;
  }

  private nested<T>(token: Span, parse: () => T): T {
    if (++this.depth > MAX_DEPTH) throw this.failure(token, `The query nests deeper than ${MAX_DEPTH} levels.`);
    const result = parse();
    this.depth--;
    return result;
  }

  private pattern(words: readonly Word[]): PatternNode {
    const [first] = words as [Word];
    const span = { start: first.start, end: (words.at(-1) as Word).end };
    const read = readWords(this.text, words, this.patternType);
    this.noteRegexpError(read, span);
    for (const at of read.unclosed ?? []) this.noteUnclosed(at);
    this.noteUnknownField(first);
    return { kind: 'pattern', pattern: read.pattern, ...span };
  }

  private filter(token: Token & { kind: 'filter' }): FilterNode {
    const { field, negated, valueStart, start, end } = token;
    const { value, quoted } = plainValue(token);
    const node: FilterNode = { kind: 'filter', field: field.name, value, negated, quoted, valueStart, start, end };
    if (value === '' && !(quoted && field.name === 'content')) {
      this.errors.push({ message: `${field.name}: needs a value.`, start, end, fix: this.emptyFilterFix(token) });
      return node;
    }
    if (!quoted && value.startsWith('"')) {
      const fix = replacing(this.text, { start: valueStart, end }, quote(value.slice(1)), 'Close the quotes');
      this.errors.push({ message: `${field.name}: the quotes are not closed.`, start: valueStart, end, fix });
      return node;
    }
    const predicate = quoted ? { kind: 'none' as const } : parsePredicate(field.name, value);
    if (predicate.kind === 'error') {
      const { message, better } = predicate;
      const fix = better === undefined ? undefined : replacing(this.text, { start: valueStart, end }, better, `Use ${better}`);
      this.errors.push({ message, start: valueStart, end, ...(fix === undefined ? {} : { fix }) });
      return node;
    }
    const content = field.name === 'content' ? readContent(value, quoted, valueStart, this.patternType) : undefined;
    if (content !== undefined) this.noteRegexpError(content, { start: valueStart, end });
    const full: FilterNode = {
      ...node,
      ...(predicate.kind === 'predicate' ? { predicate: predicate.predicate } : {}),
      ...(content === undefined ? {} : { pattern: content.pattern }),
    };
    if (this.errors.length < MAX_ERRORS) this.errors.push(...checkFilter(this.text, full));
    return full;
  }

  /** `repo: x` most likely meant `repo:x`. */
  private emptyFilterFix(token: Token & { kind: 'filter' }): Fix {
    const next = this.peek();
    if (!token.quoted && next?.kind === 'word' && next.start > token.end) {
      return replacing(this.text, { start: token.end, end: next.start }, '', 'Remove the blank behind the colon');
    }
    const removed = replacing(this.text, token, '', 'Remove the filter');
    if (removed.query.trim() !== '') return removed;
    const word = this.text.slice(token.start, token.end);
    return replacing(this.text, token, asLiteral(word, this.patternType), `Search for "${word}" as text`);
  }

  /** All that is no filter is one template. */
  private structural(): QueryNode {
    const nodes: QueryNode[] = [];
    let template = '';
    let span: Span | undefined;
    for (const token of this.tokens) {
      if (token.kind === 'filter') {
        nodes.push(this.filter(token));
        continue;
      }
      const between = span === undefined ? '' : this.text.slice(span.end, token.start);
      template += (/^\s*$/.test(between) ? between : ' ') + this.text.slice(token.start, token.end);
      span = { start: span?.start ?? token.start, end: token.end };
    }
    if (span !== undefined) nodes.push({ kind: 'pattern', pattern: { kind: 'structural', value: template }, ...span });
    return nodes.length === 1 ? (nodes[0] as QueryNode) : { kind: 'and', of: nodes, ...spanOf(nodes) };
  }

  private noteRegexpError(read: PatternRead, span: Span): void {
    if (read.error === undefined || this.errors.length >= MAX_ERRORS) return;
    const { message, start, end } = read.error;
    const literal = asLiteral(literalOf(this.text, span, read.pattern, this.patternType), this.patternType);
    const filter = this.text.startsWith('content:', span.start - 'content:'.length);
    const fix = replacing(this.text, span, filter ? literal.replace(/^content:/, '') : literal, 'Search for it as plain text');
    this.errors.push({ message: `Invalid regular expression: ${message}`, start, end, fix });
  }

  /** A colon makes a field only behind a field's name; say so when the word looks like one. */
  private noteUnknownField(word: Word): void {
    if (this.notices.length >= MAX_NOTICES) return;
    const name = word.form === 'text' ? /^-?([a-z]{2,}):(?![:/])/i.exec(word.value)?.[1] : undefined;
    if (name === undefined) return;
    const meant = nearest(
      name,
      FIELDS.flatMap((field) => [field.name, ...field.aliases]).filter((known) => known.length > 2),
    );
    const said = `"${name}:" is no filter, so it is searched for as text.`;
    if (meant === undefined) {
      this.notices.push({ message: said, start: word.start, end: word.end, isUsual: true });
      return;
    }
    const start = word.start + (word.value.startsWith('-') ? 1 : 0);
    const query = this.text.slice(0, start) + meant + this.text.slice(start + name.length);
    this.notice(word, `${said} Did you mean "${meant}:"?`, { description: `Use ${meant}:`, query });
  }

  /** Words that look like something else: an operator with nothing beside it, `-word`, an empty pair of quotes. */
  private noteWords(): void {
    for (const token of this.tokens) {
      if (this.notices.length >= MAX_NOTICES) return;
      if (token.kind === 'word') this.noteWord(token);
    }
  }

  private noteWord(word: Word): void {
    const { value, start } = word;
    if (word.form === 'quoted' && value === '') {
      this.notice(word, 'An empty pair of quotes matches everything, so it is left out.');
      return;
    }
    if (word.form !== 'text') return;
    if (/^(?:and|or|not)$/i.test(value)) {
      this.notice(word, this.tokens.length === 1 ? `"${value}" alone is searched for as a word.` : operatorAsText(value));
      return;
    }
    if (this.patternType !== 'keyword' || !/^-[\p{L}_"'(/]/u.test(value) || /^-[a-z]+:/i.test(value)) return;
    const term = value.slice(1);
    const fix = replacing(this.text, { start, end: start + 1 }, 'not', `Leave out what holds "${term}"`);
    this.notice(word, `"${value}" is searched for as text; "not ${term}" leaves out files that hold it.`, fix);
  }

  private noteUnclosed(at: number): void {
    if (this.notices.length >= MAX_NOTICES) return;
    const isGroup =
      this.tokens.some(({ start }) => start === at) && this.tokens.some(({ kind, start }) => kind === 'operator' && start > at);
    const fix = { description: 'Close the group', query: `${this.text.trimEnd()})` };
    this.notice({ start: at, end: at + 1 }, 'The "(" is not closed, so it is searched for as text.', isGroup ? fix : undefined);
  }

  private noteLonelyParenthesis(): void {
    const lonely = lonelyParenthesis(this.tokens);
    if (lonely === undefined) return;
    const { text } = this;
    const fix =
      lonely.opens && lonely.hasOperator
        ? { description: 'Close the group', query: `${text.trimEnd()})` }
        : replacing(text, lonely, '', 'Leave the parenthesis out');
    // Without it, an operator would have nothing beside it.
    const works = !/(?:^|\s)(?:and|or|not)$/i.test(fix.query);
    this.notice(lonely, lonelyAsText(text, lonely), works ? fix : undefined);
  }

  private notice({ start, end }: Span, message: string, fix?: Fix): void {
    this.notices.push({ message, start, end, ...(fix === undefined ? {} : { fix }) });
  }

  private missingOperand(): QuerySyntaxError {
    const next = this.peek();
    const before = this.tokens[this.at - 1];
    const token = before?.kind === 'operator' ? before : (next ?? before);
    const span = token ?? { start: 0, end: this.text.length };
    const word = this.text.slice(span.start, span.end);
    const side = token === before ? 'after' : 'before';
    const fix = replacing(this.text, span, asLiteral(word, this.patternType), `Search for "${word}" as text`);
    return this.failure(span, `There is nothing ${side} "${word}".`, fix);
  }

  private failure(span: Span, message: string, fix?: QueryError['fix']): QuerySyntaxError {
    return new QuerySyntaxError({ message, start: span.start, end: span.end, ...(fix === undefined ? {} : { fix }) });
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private endsOperand(token: Token): boolean {
    return token.kind === 'close' || (token.kind === 'operator' && token.operator !== 'not');
  }

  private takeOperator(operator: 'and' | 'or'): boolean {
    const token = this.peek();
    if (token?.kind !== 'operator' || token.operator !== operator) return false;
    this.at++;
    return true;
  }
}

/** Outside of regexps a backslash before a blank only protects the blank, like quotes. */
function plainValue({ field, value, quoted }: Token & { kind: 'filter' }): { value: string; quoted: boolean } {
  if (quoted || field.regexp || field.name === 'content' || !/\\\s/.test(value)) return { value, quoted };
  return { value: value.replace(/\\(\s)/g, '$1'), quoted: true };
}

/** `not repo:x` is `-repo:x`, and two negations cancel. */
function negation(of: QueryNode, start: number): QueryNode {
  if (of.kind === 'filter') return { ...of, negated: !of.negated, start };
  if (of.kind === 'not') return { ...of.of, start };
  return { kind: 'not', of, start, end: of.end };
}

const lonelyAsText = (text: string, { start, end }: Span): string =>
  `"${text.slice(start, end)}" has no partner, so it is searched for as text.`;

function operatorAsText(value: string): string {
  const needs = value.toLowerCase() === 'not' ? 'something behind it' : 'something on both sides';
  return `"${value}" is searched for as text: as an operator it needs ${needs}.`;
}

/** Without empty quotes, which match everything. */
function withoutEmpty(node: QueryNode): QueryNode | undefined {
  if (node.kind === 'filter') return node;
  if (node.kind === 'pattern') return node.pattern.kind === 'literal' && node.pattern.value === '' ? undefined : node;
  if (node.kind === 'not') {
    const of = withoutEmpty(node.of);
    return of && { ...node, of };
  }
  const of = node.of.map(withoutEmpty).filter((child) => child !== undefined);
  return of.length < 2 ? of[0] : { ...node, of: flatten(node.kind, of) };
}

function flatten(kind: 'and' | 'or', nodes: readonly QueryNode[]): QueryNode[] {
  return nodes.flatMap((node) => (node.kind === kind ? node.of : [node]));
}

function spanOf(nodes: readonly QueryNode[]): Span {
  return { start: (nodes[0] as QueryNode).start, end: (nodes.at(-1) as QueryNode).end };
}

/** What the writer of a broken regexp probably wanted to find. */
function literalOf(text: string, span: Span, pattern: PatternText, patternType: PatternType): string {
  return patternType === 'regexp' ? text.slice(span.start, span.end) : pattern.value;
}
