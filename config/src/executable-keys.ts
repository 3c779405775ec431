import { z } from '@sextant/sdk';
import { isTree } from './layers.js';

type Definition = {
  readonly type?: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly items?: readonly z.ZodType[];
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly getter?: () => z.ZodType;
};

/** The keys of `value` whose schema says `.meta({ executes: true })`: their values are programs that are run, or code that is loaded. */
export function executableKeys(schema: z.ZodType, value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (value === undefined) return [];
  if (schema.meta?.()?.executes === true) return [path];
  const keys = new Map<string, readonly string[]>();
  const add = (inner: z.ZodType | undefined, innerValue: unknown, ...names: readonly string[]): void => {
    if (inner) for (const key of executableKeys(inner, innerValue, [...path, ...names])) keys.set(key.join('.'), key);
  };
  if (schema instanceof z.ZodObject && isTree(value)) {
    for (const [name, inner] of Object.entries(value))
      add((schema.shape[name] ?? (schema.def as { catchall?: z.ZodType }).catchall) as z.ZodType | undefined, inner, name);
    return [...keys.values()];
  }
  const def = (schema as { def?: Definition }).def ?? {};
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      add(def.element, item, String(i));
      add(def.items?.[i], item, String(i));
    }
  } else if (isTree(value) && def.type === 'record') {
    for (const [name, inner] of Object.entries(value)) add(def.valueType, inner, name);
  }
  const same = [def.innerType, def.in, def.left, def.right, def.getter?.(), ...(def.options ?? [])];
  for (const inner of same) add(inner, value);
  return [...keys.values()];
}
