import { objectOf, type Tree } from '@sextant/config';
import type { z } from '@sextant/sdk';

export interface ChangedKeys {
  /** `before` with the live keys of `after`. */
  readonly inForce: Tree;
  /** Keys that changed and are marked live. */
  readonly live: readonly string[];
  /** Keys that changed and are not. */
  readonly fixed: readonly string[];
}

/** Compares two checked values of one schema, key by key. */
export function changedKeys(schema: z.ZodObject, before: Tree, after: Tree, prefix: string): ChangedKeys {
  const inForce: Record<string, unknown> = { ...before };
  const live: string[] = [];
  const fixed: string[] = [];
  for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    if (same(before[name], after[name])) continue;
    const key = `${prefix}${name}`;
    const inner = objectOf(field);
    if (isLive(field)) {
      inForce[name] = after[name];
      live.push(key);
    } else if (inner && before[name] !== undefined && after[name] !== undefined) {
      const changed = changedKeys(inner, before[name] as Tree, after[name] as Tree, `${key}.`);
      inForce[name] = changed.inForce;
      live.push(...changed.live);
      fixed.push(...changed.fixed);
    } else fixed.push(key);
  }
  return { inForce, live, fixed };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(revealed(a)) === JSON.stringify(revealed(b));

/** Secrets print alike; for the comparison alone they are looked at. */
function revealed(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && typeof (value as { reveal?: unknown }).reveal === 'function')
    return (value as { reveal(): string }).reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revealed(v)]));
  return value;
}

function isLive(schema: z.ZodType): boolean {
  for (let s: z.ZodType | undefined = schema; s; s = (s as { def?: { innerType?: z.ZodType } }).def?.innerType)
    if (s.meta()?.live === true) return true;
  return false;
}
