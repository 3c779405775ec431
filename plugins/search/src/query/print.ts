import type { FilterNode, PatternNode, PatternText, PatternType, Query, QueryNode } from './ast.js';
import { filtersOf } from './filters-of.js';
import { hasPattern } from './has-pattern.js';
import { type Token, tokenize } from './lexer.js';
import { parseQuery } from './parse-query.js';
import { readWords, type Word } from './pattern-runs.js';
import { quote } from './query-errors.js';
import { sameTree } from './same-tree.js';

/**
 * The query in its canonical form: full field names, quotes only where they are needed, parentheses only where they group.
 * Parsed with the same options it gives the same tree.
 */
export function printQuery({ root, patternType }: Pick<Query, 'root' | 'patternType'>): string {
  if (root === undefined) return '';
  // Text such as a lone parenthesis needs no quotes in most places; whether it does is best seen by reading it back.
  const plain = new Printer(patternType, false);
  const careful = new Printer(patternType, true);
  const isSame = (written: string, tree: QueryNode): boolean => {
    const back = parseQuery(written, { patternType });
    return back.ok && sameTree(back.query.root, tree);
  };
  const forms = [() => plain.print(root), () => plain.hoisted(root), () => careful.print(root)];
  for (const form of forms) {
    const written = form();
    if (written !== undefined && isSame(written, root)) return written;
  }
  const reordered = filtersFirst(root);
  return [plain.print(reordered), careful.print(reordered)].find((written) => isSame(written, reordered)) ?? careful.print(root);
}

/** Words such as "x not" are text at the end of a query only. */
export function filtersFirst(root: QueryNode): QueryNode {
  if (root.kind !== 'and') return root;
  const isFilter = ({ kind }: QueryNode): boolean => kind === 'filter';
  return { ...root, of: [...root.of.filter(isFilter), ...root.of.filter((node) => !isFilter(node))] };
}

class Printer {
  constructor(
    private readonly patternType: PatternType,
    private readonly careful: boolean,
  ) {}

  print(root: QueryNode): string {
    // A lone operator word is text only when nothing stands beside it.
    if (root.kind === 'pattern' && /^(?:and|or|not)$/i.test(root.pattern.value) && root.pattern.kind !== 'structural')
      return root.pattern.value;
    return this.node(root);
  }

  /** Filters and a choice of patterns without parentheses, for patterns that hold parentheses without a partner. */
  hoisted(root: QueryNode): string | undefined {
    const choice = root.kind === 'and' ? root.of.at(-1) : undefined;
    if (root.kind !== 'and' || choice?.kind !== 'or') return undefined;
    return [...root.of.slice(0, -1), choice].map((node) => this.node(node)).join(' ');
  }

  private node(node: QueryNode): string {
    switch (node.kind) {
      case 'filter':
        return this.filter(node);
      case 'pattern':
        return this.pattern(node);
      case 'not':
        return `not ${this.inner(node.of, ['and', 'or'])}`;
      case 'and':
        return this.conjunction(node.of);
      case 'or':
        // Filters beside a choice without parentheses would hold for all of it.
        return node.of.map((child) => this.inner(child, child.kind === 'and' && filtersOf(child).length > 0 ? ['and'] : [])).join(' or ');
    }
  }

  private inner(node: QueryNode, grouped: readonly QueryNode['kind'][]): string {
    return grouped.includes(node.kind) ? `(${this.node(node)})` : this.node(node);
  }

  /** Outside of keyword queries, words side by side would become one pattern, so `and` parts them. */
  private conjunction(nodes: readonly QueryNode[]): string {
    const separator = this.patternType === 'keyword' || this.patternType === 'structural' ? ' ' : ' and ';
    let hasTerm = false;
    return nodes
      .map((node, i) => {
        const isTerm = node.kind !== 'filter' && hasPattern(node);
        // Nothing but a group may close behind an operator; behind a negated term, words begin a pattern of their own.
        const closes = nodes[i - 1]?.kind === 'not' && node.kind === 'pattern' && node.pattern.value.startsWith(')');
        const before = i === 0 ? '' : isTerm && hasTerm && !closes ? separator : ' ';
        hasTerm ||= isTerm;
        return before + this.inner(node, ['or']);
      })
      .join('');
  }

  private filter({ field, value, negated, quoted }: FilterNode): string {
    const sign = negated ? '-' : '';
    const plain = `${sign}${field}:${value}`;
    const [token, ...rest] = this.careful ? this.readBack(plain) : tokenize(plain, this.patternType);
    const same = token?.kind === 'filter' && rest.length === 0 && token.value === value && !token.quoted;
    return same && !quoted ? plain : `${sign}${field}:${quote(value)}`;
  }

  private pattern({ pattern }: PatternNode): string {
    const { kind, value } = pattern;
    if (kind === 'structural') return value;
    const slashed = `/${escapedSlashes(value)}/`;
    if (kind === 'regexp' && this.patternType !== 'regexp') return slashed;
    const quotes = this.patternType === 'keyword' || this.patternType === 'regexp';
    if (kind === 'literal' && this.patternType === 'regexp') return quote(value);
    if (kind === 'regexp') return this.reads(value, pattern) && (!this.careful || this.readsBackAsText(value)) ? value : slashed;
    if (this.careful ? this.readsBackAsText(value) : this.reads(value, pattern)) return value;
    if (quotes) return quote(value);
    // Words that look like operators are text at the edges of a group.
    return this.readsBackAsText(value, '(', ' )') ? `(${value} )` : `content:${quote(value)}`;
  }

  /** Whether the text alone is read as the pattern. */
  private reads(text: string, { kind, value }: PatternText): boolean {
    const words = tokenize(text, this.patternType).filter((token): token is Word => token.kind === 'word');
    if (words.length === 0 || (this.patternType === 'keyword' && words.length > 1)) return false;
    if (words[0]?.start !== 0 || tokenize(text, this.patternType).length > words.length) return false;
    const { pattern } = readWords(text, words, this.patternType);
    return pattern.kind === kind && pattern.value === value;
  }

  private readsBackAsText(value: string, before = '', after = ''): boolean {
    const tokens = this.readBack(before + value + after).filter(({ kind }) => before === '' || (kind !== 'open' && kind !== 'close'));
    const single = this.patternType === 'keyword' || this.patternType === 'regexp';
    // At the beginning of a group it would be text, behind something else an operator.
    if (before === '' && /^(?:and|or)(?!\S)/i.test(value)) return false;
    // A backslash at the end would take the parenthesis behind it for text.
    if (tokens.length === 0 || value.endsWith('\\') || (single && tokens.length > 1)) return false;
    return value === value.trim() && tokens.every((token) => token.kind === 'word' && token.form === 'text');
  }

  /** The tokens of a text where it is going to stand: in a group, with something behind it. */
  private readBack(text: string): Token[] {
    const inGroup = tokenize(`(${text} and x)`, this.patternType);
    const last = inGroup.slice(-3);
    const intact = inGroup[0]?.kind === 'open' && last.map((token) => token.kind).join(' ') === 'operator word close';
    return intact ? inGroup.slice(1, -3) : [];
  }
}

/** A regexp as it is written between slashes. */
const escapedSlashes = (regexp: string): string => regexp.replace(/\\[\s\S]|\//g, (part) => (part === '/' ? '\\/' : part));
