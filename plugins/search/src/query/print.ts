import type { FilterNode, PatternNode, PatternType, Query, QueryNode } from './ast.js';
import { type Token, tokenize } from './lexer.js';
import { parseQuery } from './parse-query.js';
import { quote } from './query-errors.js';
import { sameTree } from './same-tree.js';

/**
 * The query in its canonical form: full field names, quotes only where they are needed, parentheses only where they group.
 * Parsed with the same options it gives the same tree.
 */
export function printQuery({ root, patternType }: Pick<Query, 'root' | 'patternType'>): string {
  if (root === undefined) return '';
  // Text such as a lone parenthesis needs no quotes in most places; whether it does is best seen by reading it back.
  const plain = new Printer(patternType, false).print(root);
  const back = parseQuery(plain, { patternType });
  return back.ok && sameTree(back.query.root, root) ? plain : new Printer(patternType, true).print(root);
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
        return node.of.map((child) => this.node(child)).join(' or ');
    }
  }

  private inner(node: QueryNode, grouped: readonly QueryNode['kind'][]): string {
    return grouped.includes(node.kind) ? `(${this.node(node)})` : this.node(node);
  }

  /** Outside of keyword queries, words side by side would become one pattern, so `and` parts them. */
  private conjunction(nodes: readonly QueryNode[]): string {
    let wordsBefore = false;
    return nodes
      .map((node, i) => {
        const separator = i === 0 ? '' : wordsBefore && this.isWords(node) ? ' and ' : ' ';
        if (node.kind !== 'filter') wordsBefore = this.isWords(node.kind === 'not' ? node.of : node);
        return separator + this.inner(node, ['or']);
      })
      .join('');
  }

  private isWords(node: QueryNode): boolean {
    if (node.kind !== 'pattern' || this.patternType === 'keyword' || this.patternType === 'structural') return false;
    return node.pattern.kind === 'literal' || this.patternType === 'regexp';
  }

  private filter({ field, value, negated, quoted }: FilterNode): string {
    const sign = negated ? '-' : '';
    const plain = `${sign}${field}:${value}`;
    const [token, ...rest] = this.careful ? this.readBack(plain) : tokenize(plain, this.patternType);
    const same = token?.kind === 'filter' && rest.length === 0 && token.value === value && !token.quoted;
    return same && !quoted ? plain : `${sign}${field}:${quote(value)}`;
  }

  private pattern({ pattern: { kind, value } }: PatternNode): string {
    if (kind === 'structural') return value;
    if (kind === 'regexp' && this.patternType !== 'regexp') return `/${value}/`;
    const quotes = this.patternType === 'keyword' || this.patternType === 'regexp';
    if (kind === 'literal' && this.patternType === 'regexp') return quote(value);
    if (kind === 'regexp' && !this.careful) return value;
    if (this.careful ? this.readsBackAsText(value) : this.looksPlain(value)) return value;
    return quotes ? quote(value) : `content:${quote(value)}`;
  }

  private looksPlain(value: string): boolean {
    const [first, ...rest] = tokenize(value, this.patternType);
    if (this.patternType === 'keyword' || this.patternType === 'regexp')
      return first?.kind === 'word' && first.form === 'text' && rest.length === 0;
    return value !== '';
  }

  private readsBackAsText(value: string): boolean {
    const tokens = this.readBack(value);
    const single = this.patternType === 'keyword' || this.patternType === 'regexp';
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
