import type { AttributePath } from './attribute-path.js';
import { isCoreSchema } from './schemas.js';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type Comparand = string | number | boolean | null;

/** RFC 7644, 3.4.2.2. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'pr'; readonly path: AttributePath }
  | { readonly op: Comparison; readonly path: AttributePath; readonly value: Comparand }
  /** An element of the list has all of it. */
  | { readonly op: 'element'; readonly path: AttributePath; readonly of: Filter };

/** The target of a patch: an attribute, elements of it, a sub-attribute of these. */
export interface PatchPath extends AttributePath {
  readonly elements: Filter | undefined;
}

const isOfCore = ({ schema }: AttributePath): boolean => schema === undefined || isCoreSchema(schema);

/** All attributes that the filter looks at, in lower case, without sub-attributes. */
export function attributesOf(filter: Filter): ReadonlySet<string> {
  if ('path' in filter) return new Set([filter.path.name.toLowerCase()]);
  return new Set((filter.op === 'not' ? [filter.of] : filter.of).flatMap((part) => [...attributesOf(part)]));
}

/**
 * Values of which an attribute must have one for the filter to match, where the filter says so: what an index can look up. `name` is in lower case, such as
 * `username` or `members.value`.
 */
export function requiredValues(filter: Filter, name: string): readonly string[] | undefined {
  if (filter.op === 'eq') {
    const { path, value } = filter;
    const full = path.sub === undefined ? path.name : `${path.name}.${path.sub}`;
    const named = full.toLowerCase() === name || (path.sub === undefined && `${full.toLowerCase()}.value` === name);
    return named && isOfCore(path) && typeof value === 'string' ? [value] : undefined;
  }
  if (filter.op === 'element') {
    const [outer, inner] = name.split('.');
    return isOfCore(filter.path) && filter.path.name.toLowerCase() === outer && inner !== undefined
      ? requiredValues(filter.of, inner)
      : undefined;
  }
  if (filter.op === 'and') return filter.of.map((part) => requiredValues(part, name)).find((values) => values !== undefined);
  if (filter.op !== 'or') return undefined;
  const all = filter.of.map((part) => requiredValues(part, name));
  return all.every((values) => values !== undefined) ? all.flatMap((values) => values ?? []) : undefined;
}
