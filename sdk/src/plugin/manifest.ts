import type { ConfigSchema } from '../config/config.js';
import type { StorageDefinition } from '../core/storage.js';
import { storageProblems } from '../core/storage-problems.js';
import { SextantError } from '../errors/sextant-error.js';
import { type LoadPart, type ManifestParts, type PartEntry, partsProblems } from './manifest-parts.js';
import type { Role } from './role.js';

/** `always-on` cannot be switched off; the others can, live. */
export type Toggle = 'always-on' | 'default-on' | 'default-off';

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
  /** What the plugin stores, once for all its parts. It is migrated where the role `migrator` runs. */
  readonly storage?: StorageDefinition;
  /** The errors that the plugin defines: `import * as errors from './errors.js'`. Other values are passed over. */
  readonly errors?: Readonly<Record<string, unknown>>;
  readonly parts: ManifestParts<S>;
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const KEYS = ['id', 'version', 'title', 'summary', 'engines', 'toggle', 'renamedFrom', 'config', 'storage', 'errors', 'parts'];

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
  problems.push(...partsProblems(m.parts));
  if (m.storage !== undefined) problems.push(...storageProblems(m.storage).map((problem) => `storage: ${problem}`));
  if (m.errors !== undefined && (typeof m.errors !== 'object' || m.errors === null))
    problems.push("errors is not an object: write import * as errors from './errors.js'");
  if (m.config !== undefined && typeof (m.config as { readonly safeParse?: unknown } | null)?.safeParse !== 'function')
    problems.push('config is not a schema: write z.object({ … })');
  if (m.renamedFrom !== undefined && !(Array.isArray(m.renamedFrom) && m.renamedFrom.every((id) => typeof id === 'string')))
    problems.push('renamedFrom is not a list of ids');
  return problems;
}

/** A function alone is a part of the role that its name is; under any other name the roles are listed. */
type CheckedParts<S extends ConfigSchema, P> = {
  readonly [K in keyof P]: string extends K ? P[K] : K extends Role ? LoadPart<S> | PartEntry<S> | undefined : PartEntry<S>;
};

/** @throws SEXTANT_MANIFEST_INVALID naming every malformed field. */
export function definePlugin<S extends ConfigSchema, P extends ManifestParts<S>>(
  manifest: Omit<Manifest<S>, 'parts'> & { readonly parts: P & CheckedParts<S, P> },
): Manifest<S> {
  const problems = manifestProblems(manifest);
  if (problems.length > 0)
    throw new SextantError('SEXTANT_MANIFEST_INVALID', {
      what: `The manifest of plugin "${manifest?.id}" is malformed.`,
      why: `${problems.join('; ')}.`,
      fix: 'Correct the named fields.',
    });
  return manifest;
}
