import type { PatternSpec } from '../engine/contract.js';
import { parseRegex } from '../regex/parse-regex.js';
import type { Query, QueryNode, Span } from './ast.js';
import { parseQuery } from './parse-query.js';
import { printQuery } from './print.js';

/** The regexp of a query whose first group can be counted. */
export interface CountedGroup {
  readonly pattern: PatternSpec;
  /** The query whose regexp takes nothing but this value for the group; undefined: it cannot be written. */
  narrowed(value: string): string | undefined;
}

/** Finds the one regexp of a query that has a group; otherwise says why there is none to count, for people. */
export function countedGroup(query: Query): CountedGroup | { readonly reason: string } {
  const regexps = query.root === undefined ? [] : regexpsOf(query.root);
  if (regexps.length === 0)
    return { reason: 'The query has no regular expression; write one between slashes, with a group: /func (\\w+)/.' };
  const grouped = regexps.flatMap((value) => {
    const parsed = parseRegex(value, { caseSensitive: query.caseSensitive });
    const span = parsed.ok ? parsed.regex.captureSpans[0] : undefined;
    return span ? [{ value, span }] : [];
  });
  const [first, ...more] = grouped;
  if (!first) return { reason: 'The regular expression has no group; put parentheses around what is to be counted: /func (\\w+)/.' };
  if (more.length > 0) return { reason: 'More than one regular expression has a group; write (?:…) in those that are not to be counted.' };
  return {
    pattern: { kind: 'regexp', source: first.value, caseSensitive: query.caseSensitive },
    narrowed: (value) => withValue(query, first, value),
  };
}

/** Regexps whose hits are shown. */
function regexpsOf(node: QueryNode): readonly string[] {
  switch (node.kind) {
    case 'pattern':
      return node.pattern.kind === 'regexp' ? [node.pattern.value] : [];
    case 'filter':
      return !node.negated && node.pattern?.kind === 'regexp' ? [node.pattern.value] : [];
    case 'not':
      return [];
    default:
      return node.of.flatMap(regexpsOf);
  }
}

function withValue(query: Query, regexp: { readonly value: string; readonly span: Span }, value: string): string | undefined {
  const { span } = regexp;
  // The value is told from others in upper and lower case, whether the query does or not.
  const exact = `(${query.caseSensitive ? '?' : '?-i'}:${escaped(value)})`;
  const source = regexp.value.slice(0, span.start) + exact + regexp.value.slice(span.end);
  const text = printQuery({ root: replaced(query.root as QueryNode, regexp.value, source), patternType: query.patternType });
  return parseQuery(text, { patternType: query.patternType }).ok ? text : undefined;
}

/** Also what ends a regexp where queries are read: slashes and blanks. */
const escaped = (value: string): string =>
  value.replace(/[^\p{L}\p{N}_]/gu, (char) => (char === '\n' ? '\\n' : /[!-~ ]/.test(char) ? `\\${char}` : char));

function replaced(node: QueryNode, old: string, source: string): QueryNode {
  switch (node.kind) {
    case 'pattern':
      return node.pattern.kind === 'regexp' && node.pattern.value === old ? { ...node, pattern: { kind: 'regexp', value: source } } : node;
    case 'filter':
      // `content:` cannot say a regexp with blanks without quotes, which would make it text; a pattern can.
      return !node.negated && node.pattern?.kind === 'regexp' && node.pattern.value === old
        ? { kind: 'pattern', pattern: { kind: 'regexp', value: source }, start: node.start, end: node.end }
        : node;
    case 'not':
      return node;
    default:
      return { ...node, of: node.of.map((child) => replaced(child, old, source)) };
  }
}
