import { CaptureReader } from '../regex/capture-reader.js';
import type { CompiledPattern } from '../regex/compiled-pattern.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';
import type { DocExpr, PatternSpec } from './contract.js';

/** A pattern of the query, compiled once per query and thread. */
export interface Atom {
  /** Position in `CompiledQuery.atoms`. */
  readonly id: number;
  readonly pattern: CompiledPattern;
  readonly matcher: Matcher;
  /** Its hits are shown: it stands in a `match` and under no `not`. */
  readonly shown: boolean;
}

export type Field = 'content' | 'path' | 'symbol';

/** A DocExpr with compiled patterns; the parts of `and` and `or` stand cheapest first. */
export type Node =
  | { readonly op: 'and' | 'or'; readonly of: readonly Node[] }
  | { readonly op: 'not'; readonly of: Node }
  | { readonly op: 'const'; readonly value: boolean }
  | { readonly op: 'match'; readonly in: ReadonlySet<Field>; readonly atom: Atom }
  | { readonly op: 'path' | 'content'; readonly atom: Atom }
  | { readonly op: 'language'; readonly names: ReadonlySet<string> }
  | { readonly op: 'repository'; readonly ids: ReadonlySet<number> }
  | { readonly op: 'structural'; readonly pattern: string }
  | { readonly op: 'symbolKind'; readonly kinds: ReadonlySet<string> };

export interface CompiledQuery {
  readonly root: Node;
  readonly atoms: readonly Atom[];
  /** Reads the group that is to be counted. */
  readonly capture?: Capture;
}

/** Whose hits are read, and how. */
export interface Capture {
  readonly atoms: ReadonlySet<Atom>;
  readonly reader: CaptureReader;
}

/**
 * @param countedGroup as in SearchLimits
 * @throws PatternError for a pattern that does not compile
 */
export function compileQuery(expr: DocExpr, countedGroup?: PatternSpec): CompiledQuery {
  const atoms: Atom[] = [];
  const atomOf = (spec: PatternSpec, shown: boolean): Atom => {
    const pattern = compilePattern(spec);
    const atom = { id: atoms.length, pattern, matcher: pattern.matcher(), shown };
    atoms.push(atom);
    return atom;
  };
  const compile = (part: DocExpr, positive: boolean): Node => {
    switch (part.op) {
      case 'and':
      case 'or':
        return connect(
          part.op,
          part.of.map((child) => compile(child, positive)),
        );
      case 'not':
        return negate(compile(part.of, false));
      case 'match':
        return { op: 'match', in: new Set(part.in), atom: atomOf(part.pattern, positive) };
      case 'path':
      case 'content':
        return { op: part.op, atom: atomOf(part.pattern, false) };
      case 'language':
        return { op: 'language', names: new Set(part.names) };
      case 'repository':
        return { op: 'repository', ids: new Set(part.ids) };
      case 'symbolKind':
        return { op: 'symbolKind', kinds: new Set(part.kinds) };
      case 'structural':
      case 'const':
        return part;
    }
  };
  const root = compile(expr, true);
  if (!countedGroup) return { root, atoms };
  const same = (spec: PatternSpec): boolean => spec.source === countedGroup.source && spec.kind === countedGroup.kind;
  const counted = atoms.filter(({ shown, pattern }) => shown && same(pattern.spec));
  return { root, atoms, capture: { atoms: new Set(counted), reader: new CaptureReader(countedGroup) } };
}

/** The query as it reads inside one repository: its filters on repositories become constants. */
export function forRepository(node: Node, repository: number): Node {
  switch (node.op) {
    case 'repository':
      return { op: 'const', value: node.ids.has(repository) };
    case 'and':
    case 'or':
      return connect(
        node.op,
        node.of.map((child) => forRepository(child, repository)),
      );
    case 'not':
      return negate(forRepository(node.of, repository));
    default:
      return node;
  }
}

function negate(node: Node): Node {
  return node.op === 'const' ? { op: 'const', value: !node.value } : { op: 'not', of: node };
}

function connect(op: 'and' | 'or', nodes: readonly Node[]): Node {
  const decisive = op === 'or';
  if (nodes.some((node) => node.op === 'const' && node.value === decisive)) return { op: 'const', value: decisive };
  const open = nodes.filter((node) => node.op !== 'const');
  if (open.length === 0) return { op: 'const', value: !decisive };
  return open.length === 1 ? open[0]! : { op, of: [...open].sort((a, b) => costOf(a) - costOf(b)) };
}

/** Relative cost of judging a document; only the order matters. */
function costOf(node: Node): number {
  switch (node.op) {
    case 'const':
    case 'repository':
      return 0;
    case 'language':
      return 1;
    case 'path':
      return 2;
    case 'symbolKind':
      return 8;
    case 'match':
      return node.in.has('content') ? contentCost(node.atom) : node.in.has('symbol') ? 9 : 2;
    case 'content':
      return contentCost(node.atom);
    case 'structural':
      return 100;
    case 'not':
      // Last among its like: it throws few documents out.
      return costOf(node.of) + 40;
    default:
      return Math.max(...node.of.map(costOf));
  }
}

function contentCost({ pattern, matcher }: Atom): number {
  return (matcher.engine === 'literal' ? 10 : 20) + (pattern.required.kind === 'any' ? 10 : 0) + (pattern.crossesLines ? 5 : 0);
}
