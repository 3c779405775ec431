import { type Configuration, objectOf, type ProcessConfig, processSchema, type Tree } from '@sextant/config';
import { type Manifest, z } from '@sextant/sdk';

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

/** The process's own keys; those of plugins have schemas of their own. */
export function changedProcessKeys(before: Tree, after: ProcessConfig): ChangedKeys {
  const { plugins: _, ...own } = processSchema.shape;
  return changedKeys(z.object(own), before, after, '');
}

/** The switches of plugins that differ between two readings of the configuration. */
export function changedSwitches(
  before: Configuration,
  after: Configuration,
  manifests: readonly Manifest[],
): Pick<ChangedKeys, 'live' | 'fixed'> {
  const changed = (name: 'enabled' | 'onFailure' | 'ignoreCompatibility'): readonly string[] =>
    manifests.filter((m) => before.switches(m)[name] !== after.switches(m)[name]).map((m) => `plugins.${m.id}.${name}`);
  return { live: [...changed('enabled'), ...changed('onFailure')], fixed: changed('ignoreCompatibility') };
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
