import type { Logger } from '@sextant/sdk';
import type { PluginRecord } from '../lifecycle/plugin-record.js';
import { type RunawayPlugin, Runaways } from '../lifecycle/runaways.js';

export interface RunawayOptions {
  /** Plugins for which the process before this one had to be ended: they stay off until they are enabled again. */
  readonly runaways?: readonly RunawayPlugin[];
  /** Told when one of them is enabled again. */
  readonly forgiven?: (plugin: string) => void;
}

/** Those of them that can be left out: there is no Sextant without the plugins that are always on. */
export function runawaysOf(
  { runaways = [], forgiven = () => undefined }: RunawayOptions,
  records: readonly PluginRecord[],
  log: Logger,
): Runaways {
  const optional = (id: string): boolean => records.some((r) => r.id === id && r.manifest.toggle !== 'always-on');
  for (const { plugin, reason } of runaways) log.error('a plugin ran away', { plugin, reason, leftOut: optional(plugin) });
  return new Runaways(
    runaways.filter(({ plugin }) => optional(plugin)),
    forgiven,
  );
}
