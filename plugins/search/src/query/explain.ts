import type { DocExpr, PatternSpec } from '../engine/contract.js';
import { describeRequired } from '../regex/literal-query.js';
import { compilePattern } from '../regex/pattern.js';
import type { Notice, PatternType, Query, QueryNode } from './ast.js';
import type { PlanAlternative, PlanOptions, ProviderNeed } from './plan.js';
import { printQuery } from './print.js';
import { toPlan } from './to-plan.js';

/** A query as it was understood, as plain data for people and for machines. */
export interface QueryExplanation {
  readonly patternType: PatternType;
  readonly caseSensitive: boolean;
  /** The query in its canonical form. */
  readonly canonical: string;
  readonly tree?: ExplainedNode;
  readonly notices: readonly Notice[];
  readonly options: PlanOptions;
  readonly alternatives: readonly PlanAlternative[];
  readonly providers: readonly ProviderNeed[];
  readonly patterns: readonly ExplainedPattern[];
}

export interface ExplainedNode {
  readonly kind: QueryNode['kind'];
  /** The part of the query it was read from. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly children: readonly ExplainedNode[];
}

export interface ExplainedPattern {
  readonly pattern: PatternSpec;
  /** `v8` is the runtime's. */
  readonly engine: 'literal' | 'v8' | 're2';
  /** Why it is that one. */
  readonly why: string;
  readonly crossesLines: boolean;
  /** What the index is asked for, such as `"mutex" and ("lock" or "unlock")`; "anything" means a full scan. */
  readonly required: string;
}

/** @param now what relative times count from */
export function explainQuery(query: Query, { now }: { readonly now: Date }): QueryExplanation {
  const { options, alternatives, providers } = toPlan(query, { now });
  return {
    patternType: query.patternType,
    caseSensitive: query.caseSensitive,
    canonical: printQuery(query),
    ...(query.root === undefined ? {} : { tree: explainNode(query.root, query.text) }),
    notices: query.notices,
    options,
    alternatives,
    providers,
    // What stands beside an `or` stands in each alternative.
    patterns: distinct(alternatives.flatMap(({ expr }) => patternsOf(expr))).map(explainPattern),
  };
}

function explainNode(node: QueryNode, text: string): ExplainedNode {
  const children = node.kind === 'not' ? [node.of] : node.kind === 'and' || node.kind === 'or' ? node.of : [];
  const { kind, start, end } = node;
  return { kind, text: text.slice(start, end), start, end, children: children.map((child) => explainNode(child, text)) };
}

function explainPattern(pattern: PatternSpec): ExplainedPattern {
  const compiled = compilePattern(pattern);
  const { why, crossesLines, required } = compiled;
  return { pattern, engine: compiled.matcher().engine, why, crossesLines, required: describeRequired(required) };
}

const distinct = (patterns: readonly PatternSpec[]): PatternSpec[] => [
  ...new Map(patterns.map((pattern) => [`${pattern.kind} ${pattern.caseSensitive} ${pattern.source}`, pattern])).values(),
];

function patternsOf(expr: DocExpr): PatternSpec[] {
  switch (expr.op) {
    case 'and':
    case 'or':
      return expr.of.flatMap(patternsOf);
    case 'not':
      return patternsOf(expr.of);
    case 'match':
    case 'path':
    case 'content':
      return [expr.pattern];
    default:
      return [];
  }
}
