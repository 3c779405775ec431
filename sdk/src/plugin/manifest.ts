import type { ConfigSchema } from '../config/config.js';
import { SextantError } from '../errors/sextant-error.js';
import type { Part } from './part.js';
import { isRole, type Role } from './role.js';

/** `always-on` cannot be switched off; the others can, live. */
export type Toggle = 'always-on' | 'default-on' | 'default-off';

// biome-ignore lint/suspicious/noExplicitAny: a manifest holds parts of any dependencies
export type PartModule<S extends ConfigSchema> = { readonly default: Part<any, S> };

/** The front door of a plugin: data and thunks. Importing it must load nothing heavy. */
export interface Manifest<S extends ConfigSchema = ConfigSchema> {
  /** Kebab-case; the plugin's folder, its schema's name and the beginning of all its keys. */
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** One sentence: what it does for whom. */
  readonly summary: string;
  /** The kernel versions it works with: a semver range with a fixed major (`^1.0.0`). */
  readonly engines: { readonly kernel: string };
  readonly toggle: Toggle;
  /** Ids it had before: a configuration that still uses one is read, with a warning. */
  readonly renamedFrom?: readonly string[];
  readonly config?: S;
  readonly parts: { readonly [R in Role]?: () => Promise<PartModule<S>> };
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const KEYS = ['id', 'version', 'title', 'summary', 'engines', 'toggle', 'renamedFrom', 'config', 'parts'];

/** Problems of a manifest, in words; empty when it is sound. */
export function manifestProblems(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return ['it is not an object: export default definePlugin({ … })'];
  const m = value as Partial<Record<string, unknown>>;
  const problems: string[] = [];
  for (const key of Object.keys(m)) if (!KEYS.includes(key)) problems.push(`unknown key "${key}"`);
  if (typeof m.id !== 'string' || !ID.test(m.id)) problems.push(`id ${JSON.stringify(m.id)} is not kebab-case`);
  for (const key of ['version', 'title', 'summary']) if (typeof m[key] !== 'string' || m[key] === '') problems.push(`${key} is missing`);
  const range = (m.engines as { kernel?: unknown } | undefined)?.kernel;
  if (typeof range !== 'string' || !/^[\^~]?\d+(\.\d+|\.x)*/.test(range))
    problems.push(`engines.kernel ${JSON.stringify(range)} does not fix a major: write ^1.0.0`);
  if (!['always-on', 'default-on', 'default-off'].includes(String(m.toggle)))
    problems.push(`toggle ${JSON.stringify(m.toggle)} is none of always-on, default-on, default-off`);
  for (const role of Object.keys((m.parts as object | undefined) ?? {})) if (!isRole(role)) problems.push(`parts.${role} is not a role`);
  for (const [role, load] of Object.entries((m.parts as object | undefined) ?? {}))
    if (isRole(role) && typeof load !== 'function')
      problems.push(`parts.${role} is not a function: write () => import('./parts/${role}/part.js')`);
  if (typeof m.parts !== 'object' || m.parts === null) problems.push('parts is missing');
  if (m.config !== undefined && typeof (m.config as { readonly safeParse?: unknown } | null)?.safeParse !== 'function')
    problems.push('config is not a schema: write z.object({ … })');
  if (m.renamedFrom !== undefined && !(Array.isArray(m.renamedFrom) && m.renamedFrom.every((id) => typeof id === 'string')))
    problems.push('renamedFrom is not a list of ids');
  return problems;
}

/** @throws SEXTANT_MANIFEST_INVALID naming every malformed field. */
export function definePlugin<S extends ConfigSchema>(manifest: Manifest<S>): Manifest<S> {
  const problems = manifestProblems(manifest);
  if (problems.length > 0)
    throw new SextantError('SEXTANT_MANIFEST_INVALID', {
      what: `The manifest of plugin "${manifest?.id}" is malformed.`,
      why: `${problems.join('; ')}.`,
      fix: 'Correct the named fields.',
    });
  return manifest;
}
