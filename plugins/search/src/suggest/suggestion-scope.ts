import type { DocExpr } from '../engine/contract.js';
import type { FieldName, PatternType, Span } from '../query/ast.js';
import { tokenize } from '../query/lexer.js';
import { parseQuery } from '../query/parse-query.js';
import type { PlanAlternative, RepositoryScope } from '../query/plan.js';
import { toPlan } from '../query/to-plan.js';

/** Where what is typed would be looked for: by the filters that hold beside it. */
export interface SuggestionScope {
  readonly repositories: RepositoryScope;
  /** The condition on documents that filters make; patterns make none. */
  readonly expr: DocExpr;
}

/** More ways to satisfy a query than these are not looked at. */
const MAX_SCOPES = 8;
const SCOPING: readonly FieldName[] = ['repo', 'file', 'lang', 'fork', 'archived', 'visibility'];

/**
 * The scopes of a place in a query, one for each alternative that it stands in. A query that is not complete yet counts by the filters
 * that can be read in it.
 * @param token what stands there; it takes no part
 */
export function suggestionScopes(text: string, token: Span, patternType: PatternType, now: Date): readonly SuggestionScope[] {
  let mark = 'cursor';
  while (text.toLowerCase().includes(mark)) mark += 'x';
  const marked = `${text.slice(0, token.start)} ${mark} ${text.slice(token.end)}`;
  return (
    planned(marked, mark, patternType, now) ??
    planned(`${readable(text, token, patternType)} ${mark}`, mark, patternType, now) ?? [EVERYWHERE]
  );
}

const TRUE: DocExpr = { op: 'const', value: true };
const EVERYWHERE: SuggestionScope = {
  repositories: { include: [], exclude: [], revisions: [], predicates: [], visibility: 'any' },
  expr: TRUE,
};

function planned(text: string, mark: string, patternType: PatternType, now: Date): readonly SuggestionScope[] | undefined {
  const parsed = parseQuery(text, { patternType });
  if (!parsed.ok) return undefined;
  const around = toPlan(parsed.query, { now }).alternatives.filter((alternative) => holds(alternative, mark));
  return around.slice(0, MAX_SCOPES).map(({ repositories, expr }) => ({ repositories, expr: withoutPatterns(expr) }));
}

const holds = ({ expr, structural }: PlanAlternative, mark: string): boolean =>
  structural?.pattern.includes(mark) ?? patternsOf(expr).some((source) => source.includes(mark));

function patternsOf(expr: DocExpr): readonly string[] {
  switch (expr.op) {
    case 'and':
    case 'or':
      return expr.of.flatMap(patternsOf);
    case 'not':
      return patternsOf(expr.of);
    case 'match':
      return [expr.pattern.source];
    default:
      return [];
  }
}

/** What a pattern asks of a document, nobody knows before it is typed. */
function withoutPatterns(expr: DocExpr): DocExpr {
  switch (expr.op) {
    case 'match':
      return TRUE;
    case 'not':
      return patternsOf(expr.of).length > 0 ? TRUE : expr;
    case 'and':
    case 'or': {
      const of = expr.of.map(withoutPatterns);
      return expr.op === 'or' && of.includes(TRUE) ? TRUE : { op: expr.op, of: of.filter((part) => part !== TRUE || expr.op === 'or') };
    }
    default:
      return expr;
  }
}

/** The filters that make sense on their own. */
function readable(text: string, cursor: Span, patternType: PatternType): string {
  return tokenize(text, patternType)
    .filter((token) => token.end <= cursor.start || token.start >= cursor.end)
    .flatMap((token) => (token.kind === 'filter' && SCOPING.includes(token.field.name) ? [text.slice(token.start, token.end)] : []))
    .filter((written) => parseQuery(written, { patternType }).ok)
    .join(' ');
}
