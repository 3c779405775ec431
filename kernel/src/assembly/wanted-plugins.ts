import { type Configuration, invalid } from '@sextant/config';
import { type Logger, type Manifest, SextantError } from '@sextant/sdk';
import semver from 'semver';
import type { PluginRecord } from '../lifecycle/plugin-record.js';
import { unknownPlugin } from '../lifecycle/switchboard.js';
import { KERNEL_VERSION } from '../version.js';

/**
 * Refuses ids nobody has, the same plugin under its old and its new name, and programs that a discovered file names.
 * @throws SEXTANT_PLUGIN_UNKNOWN, SEXTANT_CONFIG_INVALID, SEXTANT_CONFIG_UNTRUSTED_KEY
 */
export function checkMentioned(
  configuration: Configuration,
  plugins: readonly { readonly manifest: Manifest; readonly problem?: SextantError | undefined }[],
): void {
  const manifests = plugins.map(({ manifest }) => manifest);
  configuration.assertTrusted(manifests);
  const known = new Set(manifests.flatMap((m) => [m.id, ...(m.renamedFrom ?? [])]));
  // An id that nobody has may be that of a plugin which could not be read, and is shown as that.
  const allRead = plugins.every(({ problem }) => problem === undefined);
  for (const id of configuration.mentionedPlugins())
    if (allRead && !known.has(id))
      throw unknownPlugin(
        id,
        manifests.map((m) => m.id),
      );
  for (const { id, renamedFrom = [] } of manifests) {
    const [key, other] = [id, ...renamedFrom].filter((name) => configuration.mentionedPlugins().includes(name));
    if (other === undefined) continue;
    const source = configuration.sourceOf(['plugins', other]);
    throw invalid([{ path: `plugins.${other}`, message: `the plugin is configured as plugins.${key} too; keep plugins.${id}`, source }]);
  }
}

export function warnOfOldNames(configuration: Configuration, manifests: readonly Manifest[], log: Logger): void {
  for (const manifest of manifests) {
    const key = configuration.keyOf(manifest);
    if (key === manifest.id) continue;
    const source = configuration.sourceOf(['plugins', key]);
    log.warn(`The plugin "${key}" is now called "${manifest.id}": rename plugins.${key} to plugins.${manifest.id} in the configuration.`, {
      source,
    });
  }
}

/** Marks those made for another kernel; they are never wanted. */
export function markIncompatible(configuration: Configuration, records: readonly PluginRecord[]): void {
  for (const record of records) {
    const { kernel } = record.manifest.engines;
    if (record.problem) continue;
    if (
      semver.satisfies(KERNEL_VERSION, kernel, { includePrerelease: true }) ||
      configuration.switches(record.manifest).ignoreCompatibility
    )
      continue;
    record.incompatible(
      new SextantError('SEXTANT_PLUGIN_INCOMPATIBLE', {
        what: `Plugin "${record.id}" ${record.manifest.version} was made for kernel ${kernel}; this is ${KERNEL_VERSION}.`,
        fix: `Install a version of it for kernel ${KERNEL_VERSION}, or set plugins.${record.id}.ignoreCompatibility to try it all the same.`,
      }),
    );
  }
}

export interface WantedOptions {
  readonly configuration: Configuration;
  readonly records: readonly PluginRecord[];
  /** How a plugin was switched live, if it was. */
  readonly switched: (manifest: Manifest) => boolean | undefined;
  readonly safe: boolean;
}

/** Always-on ones; else as the configuration says; else as was switched live; else by default. Safe mode: always-on only. */
export function wantedPlugins({ configuration, records, switched, safe }: WantedOptions): ReadonlySet<string> {
  const wanted = records.filter((record) => {
    if (record.state === 'incompatible' || record.problem) return false;
    const { toggle } = record.manifest;
    if (toggle === 'always-on') return true;
    if (safe) return false;
    return configuration.switches(record.manifest).enabled ?? switched(record.manifest) ?? toggle === 'default-on';
  });
  return new Set(wanted.map((record) => record.id));
}

/** How a plugin was switched, under its id or, before it was switched under that, under one it had before. */
export const switchIn = (switches: ReadonlyMap<string, boolean>, { id, renamedFrom = [] }: Manifest): boolean | undefined =>
  [id, ...renamedFrom].map((name) => switches.get(name)).find((enabled) => enabled !== undefined);

/** Plugins that must run and do not. */
export const missingPlugins = (configuration: Configuration, records: readonly PluginRecord[]): readonly PluginRecord[] =>
  records.filter(({ manifest, state }) => {
    const policy = configuration.switches(manifest).onFailure ?? (manifest.toggle === 'always-on' ? 'abort' : 'continue');
    return policy === 'abort' && ['failed', 'blocked', 'incompatible'].includes(state);
  });

/** @throws SEXTANT_BOOT_ABORTED when a plugin that must run does not. */
export function refuseMissing(configuration: Configuration, records: readonly PluginRecord[]): void {
  const [missing] = missingPlugins(configuration, records);
  if (!missing) return;
  throw new SextantError('SEXTANT_BOOT_ABORTED', {
    what: `Sextant cannot do without the plugin "${missing.id}", which did not come up.`,
    ...(missing.error ? { why: missing.error.message } : {}),
    fix: 'Mend what is named; --safe starts without the plugins that can be switched off.',
    cause: missing.error?.cause,
  });
}
