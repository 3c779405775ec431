import type { Fix, PatternText, PatternType, Query, QueryNode } from './ast.js';
import { filtersOf } from './filters-of.js';
import { parseQuery } from './parse-query.js';
import { quote } from './query-errors.js';

/** Classes, repeats, alternatives and anchors, which are rare in text. */
const LIKE_A_REGEXP = /\\[wWdDsSbB.()[\]{}]|\.[*+]|[\])][*+?]|\[\^?\w-\w|[^\s|]\|[^\s|]|^\^\w|\w\$$/;
const META = /[.*+?^$|()[\]{}\\]/;

/** Ways in which the patterns of a query may have been meant that found nothing: queries that mean something else. */
export function otherReadings(query: Query): readonly Fix[] {
  const patterns = patternsOf(query.root);
  const texts = patterns.filter(({ kind }) => kind === 'literal').map(({ value }) => value);
  const { patternType } = query;
  const plain = patternType === 'standard' || patternType === 'literal';
  const candidates: readonly (readonly [boolean, PatternType, string])[] = [
    [plain && texts.some((text) => /\s|^["']/.test(text)), 'keyword', 'Search for the words, anywhere in a file'],
    [(plain || patternType === 'keyword') && texts.some((text) => LIKE_A_REGEXP.test(text)), 'regexp', 'Read it as a regular expression'],
    [patternType === 'regexp' && patterns.some(({ value }) => META.test(value)), 'literal', 'Search for exactly this text'],
  ];
  const closed = patternType === 'keyword' && texts.some((text) => /^["']./.test(text)) ? withClosedQuotes(query) : [];
  const readings = candidates.flatMap(([fits, type, description]) => {
    const read = fits ? asType(query, type) : undefined;
    const parsed = read === undefined ? undefined : parseQuery(read, { patternType });
    return read !== undefined && parsed?.ok && differs(patterns, patternsOf(parsed.query.root)) ? [{ description, query: read }] : [];
  });
  return [...closed, ...negations(query), ...readings];
}

/** `-word` is text; in other search engines it leaves out what holds the word. A keyword query has a notice of it. */
function negations({ text, patternType, root }: Query): readonly Fix[] {
  if (patternType === 'keyword') return [];
  const negated = [...nodesOf(root)].find(({ start, end }) => /^-\w\S*$/.test(text.slice(start, end)));
  if (negated === undefined) return [];
  const query = `${text.slice(0, negated.start)}not ${text.slice(negated.start + 1)}`;
  return parseQuery(query, { patternType }).ok ? [{ description: 'Search for what does not hold it', query }] : [];
}

function nodesOf(node: QueryNode | undefined): readonly QueryNode[] {
  if (node === undefined || node.kind === 'not' || node.kind === 'filter') return [];
  return node.kind === 'pattern' ? [node] : node.of.flatMap(nodesOf);
}

/** A quote that is never closed is text; it was rather forgotten. */
function withClosedQuotes({ text, patternType, root }: Query): readonly Fix[] {
  const opened = /(?:^|\s)(["'])/.exec(text)?.[1] ?? '"';
  const query = `${text.trimEnd()}${opened}`;
  const parsed = parseQuery(query, { patternType });
  return parsed.ok && differs(patternsOf(root), patternsOf(parsed.query.root)) ? [{ description: 'Close the quotes', query }] : [];
}

/** A query's text with an option of the whole query, in the place of the one that it has. */
export function withOption({ text, root }: Pick<Query, 'text' | 'root'>, field: 'patterntype' | 'timeout', value: string): string {
  const filter = root && filtersOf(root).find((other) => other.field === field);
  if (!filter) return `${field}:${value} ${text.trimStart()}`;
  const written = filter.quoted ? quote(value) : value;
  return text.slice(0, filter.valueStart) + written + text.slice(filter.end);
}

const asType = (query: Query, type: PatternType): string => withOption(query, 'patterntype', type);

function patternsOf(node: QueryNode | undefined): readonly PatternText[] {
  if (node === undefined) return [];
  if (node.kind === 'not') return patternsOf(node.of);
  if (node.kind === 'pattern' || node.kind === 'filter') return node.pattern === undefined ? [] : [node.pattern];
  return node.of.flatMap(patternsOf);
}

const differs = (a: readonly PatternText[], b: readonly PatternText[]): boolean =>
  JSON.stringify(a.map(({ kind, value }) => [kind, value])) !== JSON.stringify(b.map(({ kind, value }) => [kind, value]));
