/**
 * What the bytes of a text must hold for a pattern to be able to match in it: an AND/OR tree of contiguous runs.
 * `bytes` are UTF-8 with ASCII letters in lower case, so a reader must fold ASCII the same way before it compares.
 * `any` says nothing (every text may match), `none` says that no text can match.
 */
export type LiteralQuery =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  | { readonly kind: 'literal'; readonly bytes: Buffer }
  | { readonly kind: 'and' | 'or'; readonly of: readonly LiteralQuery[] };

export const ANY: LiteralQuery = { kind: 'any' };
export const NONE: LiteralQuery = { kind: 'none' };

/** The conjunction, flattened; runs that another run of the same conjunction contains are dropped. */
export function allOf(queries: readonly LiteralQuery[]): LiteralQuery {
  const flat = queries.flatMap((q) => (q.kind === 'and' ? q.of : [q])).filter((q) => q.kind !== 'any');
  if (flat.some((q) => q.kind === 'none')) return NONE;
  const kept = withoutRedundant(flat, (q, other) => implies(other, q));
  return kept.length === 0 ? ANY : kept.length === 1 ? (kept[0] as LiteralQuery) : { kind: 'and', of: kept };
}

/** The disjunction, flattened; a branch that implies another branch is dropped, since the other already admits it. */
export function anyOf(queries: readonly LiteralQuery[]): LiteralQuery {
  const flat = queries.flatMap((q) => (q.kind === 'or' ? q.of : [q])).filter((q) => q.kind !== 'none');
  if (flat.some((q) => q.kind === 'any')) return ANY;
  const kept = withoutRedundant(flat, implies);
  return kept.length === 0 ? NONE : kept.length === 1 ? (kept[0] as LiteralQuery) : { kind: 'or', of: kept };
}

/** Drops what another member makes redundant, and all but the first of equals. Long lists are left as they are: the work is quadratic. */
function withoutRedundant(
  queries: readonly LiteralQuery[],
  redundant: (q: LiteralQuery, given: LiteralQuery) => boolean,
): readonly LiteralQuery[] {
  if (queries.length > 64) return queries;
  return queries.filter((q, i) => !queries.some((other, j) => i !== j && redundant(q, other) && (j < i || !redundant(other, q))));
}

export function literalRun(bytes: Buffer): LiteralQuery {
  return bytes.length === 0 ? ANY : { kind: 'literal', bytes };
}

/** True when every text that satisfies `a` surely satisfies `b`. Large queries count as "not sure". */
function implies(a: LiteralQuery, b: LiteralQuery): boolean {
  if (a.kind === 'literal' && b.kind === 'literal') return a.bytes.includes(b.bytes);
  if (isLarge(a) || isLarge(b)) return false;
  if (a.kind === 'or') return a.of.every((branch) => implies(branch, b));
  if (b.kind === 'and') return b.of.every((part) => implies(a, part));
  if (a.kind === 'and') return a.of.some((part) => implies(part, b));
  return b.kind === 'or' && b.of.some((branch) => implies(a, branch));
}

function isLarge(query: LiteralQuery): boolean {
  return (query.kind === 'and' || query.kind === 'or') && query.of.length > 64;
}

/** The query in words, such as `"mutex" and ("lock" or "unlock")`. */
export function describeRequired(query: LiteralQuery): string {
  switch (query.kind) {
    case 'any':
      return 'anything';
    case 'none':
      return 'nothing';
    case 'literal':
      return JSON.stringify(query.bytes.toString('utf8'));
    default:
      return query.of
        .map((part) => (part.kind === 'and' || part.kind === 'or' ? `(${describeRequired(part)})` : describeRequired(part)))
        .join(` ${query.kind} `);
  }
}
