import { type ConfigSchema, SextantError, z } from '@sextant/sdk';
import { closest, distance } from 'fastest-levenshtein';
import { isTree, type Tree } from './layers.js';

export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly source: string | undefined;
}

/** Validates one slice; unknown keys are problems too, with the nearest known key. */
export function checkSlice<S extends ConfigSchema>(
  schema: S,
  slice: Tree,
  prefix: readonly string[],
  sourceOf: (path: readonly string[]) => string | undefined,
): { readonly value: z.output<S> } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const add = (path: readonly string[], message: string): void =>
    void problems.push({ path: [...prefix, ...path].join('.'), message, source: sourceOf([...prefix, ...path]) });
  unknownKeys(schema, slice, [], (path, known) => {
    const key = path.at(-1) ?? '';
    const near = nearest(key, known);
    add(path, `unknown key${near ? `; did you mean "${near}"?` : known.length > 0 ? `; known here: ${known.join(', ')}` : ''}`);
  });
  const parsed = schema.safeParse(slice);
  if (!parsed.success) for (const issue of parsed.error.issues) add(issue.path.map(String), issue.message);
  return problems.length > 0 || !parsed.success ? { problems } : { value: parsed.data };
}

/** The one of `known` that was probably meant by `key`; undefined when none is like it. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  const near = known.length > 0 ? closest(key, [...known]) : undefined;
  return near !== undefined && distance(key, near) <= Math.max(2, key.length / 3) ? near : undefined;
}

export function invalid(problems: readonly Problem[], plugin?: string): SextantError {
  return new SextantError('SEXTANT_CONFIG_INVALID', {
    what: plugin ? `The configuration of plugin "${plugin}" is wrong.` : 'The configuration is wrong.',
    why: problems.map((p) => `${p.path}: ${p.message}${p.source ? ` (${p.source})` : ''}`).join('; '),
    fix: 'Correct the listed keys; `sextant config explain <key>` tells where each comes from.',
    details: { problems },
  });
}

/** The object behind defaults and optionals; undefined for anything else. */
export function objectOf(schema: z.ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  const inner = (schema as { def?: { innerType?: z.ZodType } }).def?.innerType;
  return inner ? objectOf(inner) : undefined;
}

function unknownKeys(
  schema: z.ZodType,
  value: unknown,
  path: readonly string[],
  report: (path: readonly string[], known: readonly string[]) => void,
): void {
  const object = objectOf(schema);
  if (!object || !isTree(value)) return;
  const known = Object.keys(object.shape);
  for (const [key, inner] of Object.entries(value)) {
    const field = object.shape[key] as z.ZodType | undefined;
    if (field) unknownKeys(field, inner, [...path, key], report);
    else report([...path, key], known);
  }
}
