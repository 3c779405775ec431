import type { z } from '@sextant/sdk';

type Segment = string | number;

interface AnySchema {
  readonly def: {
    readonly type: string;
    readonly innerType?: AnySchema;
    readonly element?: AnySchema;
    readonly valueType?: AnySchema;
    readonly options?: readonly AnySchema[];
    readonly in?: AnySchema;
    readonly shape?: Record<string, AnySchema>;
  };
  readonly shape?: Record<string, AnySchema>;
  meta(): { readonly secret?: boolean } | undefined;
}

/** Does the schema mark the value at this path, or one above it, as a secret? A path the schema does not know is treated as one: better hidden than shown. */
export function isSecretPath(schema: z.ZodType, path: readonly Segment[]): boolean {
  let candidates: readonly AnySchema[] = unwrap(schema as unknown as AnySchema);
  for (const segment of path) {
    if (candidates.some(isMarked)) return true;
    candidates = candidates.flatMap((candidate) => child(candidate, segment)).flatMap(unwrap);
    if (candidates.length === 0) return true;
  }
  return candidates.some(isMarked);
}

const isMarked = (schema: AnySchema): boolean => schema.meta()?.secret === true;

function child(schema: AnySchema, segment: Segment): readonly AnySchema[] {
  const { def } = schema;
  if (def.type === 'object' && typeof segment === 'string') {
    const property = (schema.shape ?? def.shape)?.[segment];
    return property ? [property] : [];
  }
  if (def.type === 'array') return def.element ? [def.element] : [];
  if (def.type === 'record') return def.valueType ? [def.valueType] : [];
  // Any other kind of schema (any, unknown, …) says nothing about what is inside, and nothing marks it.
  return def.type === 'any' || def.type === 'unknown' ? [schema] : [];
}

/** The schema itself and what its optional, default and transform wrappers hold; each may carry the mark. */
function unwrap(schema: AnySchema): readonly AnySchema[] {
  const { def } = schema;
  const inside = [def.innerType, def.type === 'pipe' ? def.in : undefined, ...(def.options ?? [])].filter((s) => s !== undefined);
  return [schema, ...inside.flatMap(unwrap)];
}
