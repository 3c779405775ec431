import { type Fix, type Notice, PATTERN_TYPES, type PatternType, type QueryError, type Span } from './ast.js';
import { tokenize } from './lexer.js';
import { QuerySyntaxError, quote, replacing } from './query-errors.js';
import { MAX_ERRORS, type QueryParse, QueryParser } from './query-parser.js';

export interface ParseOptions {
  /** How patterns are read unless the query says so itself. */
  readonly patternType: PatternType;
  /** Default false; `case:` in the query decides over it. */
  readonly caseSensitive?: boolean;
}

/** Well above what people and programs write; some steps take time with the square of the length. */
export const MAX_LENGTH = 10_000;
/** Readings of one query, and of what may be proposed in its place. */
const MAX_TRIES = 30;

/** Parses a query (grammar.md). Never throws: what has no meaning is an error with a position and, where there is one, a fix. */
export function parseQuery(text: string, options: ParseOptions): QueryParse {
  if (text.length > MAX_LENGTH) {
    return { ok: false, errors: [{ message: `The query is longer than ${MAX_LENGTH} characters.`, start: MAX_LENGTH, end: text.length }] };
  }
  const result = parseOnce(text, options);
  if (result.ok) return { ok: true, query: { ...result.query, notices: result.query.notices.map((n) => withoutBrokenFix(n, options)) } };
  const left = { tries: MAX_TRIES };
  return { ok: false, errors: result.errors.slice(0, MAX_ERRORS).map((error) => withWorkingFix(text, error, options, left)) };
}

function parseOnce(text: string, options: ParseOptions): QueryParse {
  try {
    return new QueryParser(text, patternTypeOf(text, options.patternType), options.caseSensitive ?? false).parse();
  } catch (error) {
    if (error instanceof QuerySyntaxError) return { ok: false, errors: [error.problem] };
    throw error;
  }
}

function withoutBrokenFix({ fix, ...notice }: Notice, options: ParseOptions): Notice {
  return fix !== undefined && parseOnce(fix.query, options).ok ? { ...notice, fix } : notice;
}

/** Other errors are mended along. Quotes and operators elsewhere can spoil a local fix; then the whole query as text is proposed. */
function withWorkingFix(text: string, { fix, ...error }: QueryError, options: ParseOptions, left: { tries: number }): QueryError {
  if (fix === undefined) return { ...error, ...withoutFilter(text, error, options) };
  const query = mended(fix.query, options, left);
  if (query !== undefined) return { ...error, fix: { ...fix, query } };
  const whole = `content:${quote(text)}`;
  return reads(whole, options) ? { ...error, fix: { description: 'Search for the whole query as text', query: whole } } : error;
}

const reads = (text: string, options: ParseOptions): boolean =>
  text.trim() !== '' && text.length <= MAX_LENGTH && parseOnce(text, options).ok;

/** A query that can be read, by the first fixes of what is wrong with it. @param left readings that may still be tried, of all errors together */
function mended(text: string, options: ParseOptions, left: { tries: number }): string | undefined {
  if (left.tries-- <= 0 || text.length > MAX_LENGTH) return undefined;
  const parsed = parseOnce(text, options);
  if (parsed.ok) return text;
  const fix = parsed.errors.find((error) => error.fix !== undefined)?.fix;
  return fix && mended(fix.query, options, left);
}

/** Where nothing better is known, the query without the filter that is wrong, or as text. */
function withoutFilter(text: string, { start, end }: Span, options: ParseOptions): { readonly fix?: Fix } {
  const filters = tokenize(text, patternTypeOf(text, options.patternType)).filter((token) => token.kind === 'filter');
  const filter = filters.find((token) => token.start <= start && end <= token.end);
  if (!filter) return {};
  const fixes = [replacing(text, filter, '', 'Leave it out'), { description: 'Search for it as text', query: `content:${quote(text)}` }];
  const fix = fixes.find(({ query }) => reads(query, options));
  return fix ? { fix } : {};
}

/** The query's own `patterntype:`, provided that it is still a filter when the text is read that way. */
export function patternTypeOf(text: string, fallback: PatternType): PatternType {
  const named = patternTypeFilter(text, fallback);
  return named !== undefined && patternTypeFilter(text, named) === named ? named : fallback;
}

function patternTypeFilter(text: string, patternType: PatternType): PatternType | undefined {
  const token = tokenize(text, patternType).find((other) => other.kind === 'filter' && other.field.name === 'patterntype');
  return PATTERN_TYPES.find((type) => token?.kind === 'filter' && type === token.value.toLowerCase());
}
