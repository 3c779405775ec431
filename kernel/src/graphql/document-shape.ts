import { SextantError } from '@sextant/sdk';
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { GraphQLLimits } from './graphql-limits.js';

/** The size of a document by its text alone, measured before validation, whose own work grows with it. */
export interface DocumentShape {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly directives: number;
  readonly introspects: boolean;
}

const EMPTY: DocumentShape = { depth: 0, aliases: 0, fields: 0, directives: 0, introspects: false };
const shapes = new WeakMap<DocumentNode, DocumentShape>();

/** Measured once a document. A fragment is measured once too, however often it is spread, so that nested spreads cost nothing to refuse. */
export function documentShape(document: DocumentNode): DocumentShape {
  let shape = shapes.get(document);
  if (shape === undefined) {
    shape = new Measure(document).whole();
    shapes.set(document, shape);
  }
  return shape;
}

export function checkShape(shape: DocumentShape, limits: GraphQLLimits): SextantError | undefined {
  const sentences = { depth: 'is nested', aliases: 'has aliases', fields: 'asks for fields', directives: 'has directives' } as const;
  for (const name of ['depth', 'aliases', 'fields', 'directives'] as const) {
    if (shape[name] > limits[name]) return overLimit(name, limits[name], shape[name], `The operation ${sentences[name]} beyond the limit.`);
  }
  return undefined;
}

export const overLimit = (limit: string, allowed: number, found: number, what: string): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_LIMIT', {
    what,
    why: `The limit "${limit}" is ${allowed}; found ${Number.isFinite(found) ? found : 'more'}.`,
    fix:
      limit === 'cost'
        ? 'Ask for fewer items (first, last, limit), or for fewer lists inside lists, and follow endCursor.'
        : 'Split it into several operations.',
    details: { limit, allowed, found: Number.isFinite(found) ? found : null },
  });

class Measure {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, DocumentShape>();
  readonly #open = new Set<string>();

  constructor(private readonly document: DocumentNode) {
    for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
  }

  whole(): DocumentShape {
    let shape = EMPTY;
    for (const node of this.document.definitions) {
      if (node.kind === Kind.OPERATION_DEFINITION)
        shape = both(shape, plus(this.#selections(node.selectionSet), { directives: node.directives?.length ?? 0 }));
      // A fragment that nobody spreads is refused by validation, which has to read it first.
      else if (node.kind === Kind.FRAGMENT_DEFINITION)
        shape = { ...shape, introspects: shape.introspects || this.#fragment(node.name.value).introspects };
    }
    return shape;
  }

  #selections(set: SelectionSetNode | undefined): DocumentShape {
    if (set === undefined) return EMPTY;
    let shape = EMPTY;
    for (const node of set.selections) {
      const directives = node.directives?.length ?? 0;
      if (node.kind === Kind.FIELD) {
        const name = node.name.value;
        const inner = this.#selections(node.selectionSet);
        const own = {
          fields: 1,
          aliases: node.alias !== undefined && node.alias.value !== name ? 1 : 0,
          directives,
          depth: 1,
          introspects: name === '__schema' || name === '__type',
        };
        shape = both(shape, plus(inner, own));
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        shape = both(shape, plus(this.#selections(node.selectionSet), { directives }));
      } else {
        shape = both(shape, plus(this.#fragment(node.name.value), { directives }));
      }
    }
    return shape;
  }

  #fragment(name: string): DocumentShape {
    const known = this.#measured.get(name);
    if (known !== undefined) return known;
    const node = this.#fragments.get(name);
    // A circle has no size; validation names it.
    if (node === undefined || this.#open.has(name)) return EMPTY;
    this.#open.add(name);
    const shape = plus(this.#selections(node.selectionSet), { directives: node.directives?.length ?? 0 });
    this.#open.delete(name);
    this.#measured.set(name, shape);
    return shape;
  }
}

const both = (a: DocumentShape, b: DocumentShape): DocumentShape => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  fields: a.fields + b.fields,
  directives: a.directives + b.directives,
  introspects: a.introspects || b.introspects,
});

const plus = (a: DocumentShape, own: Partial<DocumentShape>): DocumentShape => ({
  depth: a.depth + (own.depth ?? 0),
  aliases: a.aliases + (own.aliases ?? 0),
  fields: a.fields + (own.fields ?? 0),
  directives: a.directives + (own.directives ?? 0),
  introspects: a.introspects || (own.introspects ?? false),
});
