import type { Configuration, Problem, Tree } from '@sextant/config';
import { type ConfigSchema, type Logger, type Manifest, z } from '@sextant/sdk';
import { LiveConfig } from '../services/live-config.js';
import { changedKeys } from './changed-keys.js';

const EMPTY = z.object({});

export interface ReloadReport {
  /** Keys that changed and are in force. */
  readonly applied: readonly string[];
  /** Keys that changed and need a restart. */
  readonly restartNeeded: readonly string[];
  readonly problems: readonly Problem[];
}

/** The slices of all plugins that were configured, and what a reload may change in them. */
export class PluginConfigs {
  readonly #live = new Map<string, { readonly manifest: Manifest; readonly config: LiveConfig }>();

  constructor(
    private configuration: Configuration,
    private readonly log: Logger,
  ) {}

  /** @throws SEXTANT_CONFIG_INVALID listing everything that is wrong. */
  configure(manifest: Manifest): LiveConfig {
    const value = this.configuration.pluginConfig(manifest.id, schemaOf(manifest), this.configuration.keyOf(manifest));
    const config = new LiveConfig(value);
    this.#live.set(manifest.id, { manifest, config });
    return config;
  }

  /** The view of a plugin that was configured. */
  of(plugin: string): LiveConfig {
    return this.#live.get(plugin)?.config ?? new LiveConfig({});
  }

  /** Puts live keys in force; a slice with any mistake stays as it was. */
  reload(configuration: Configuration): ReloadReport {
    const applied: string[] = [];
    const restartNeeded: string[] = [];
    const problems: Problem[] = [];
    this.configuration = configuration;
    for (const { manifest, config } of this.#live.values()) {
      const schema = schemaOf(manifest);
      const key = configuration.keyOf(manifest);
      const checked = configuration.checkPlugin(schema, key);
      if ('problems' in checked) {
        problems.push(...checked.problems);
        continue;
      }
      const changed = changedKeys(schema, config.get() as Tree, checked.value as Tree, `plugins.${manifest.id}.`);
      applied.push(...changed.live);
      restartNeeded.push(...changed.fixed);
      for (const error of config.replace(changed.inForce))
        this.log.error('a listener failed on new configuration', { plugin: manifest.id, error });
    }
    return { applied, restartNeeded, problems };
  }
}

const schemaOf = (manifest: Manifest): ConfigSchema => manifest.config ?? EMPTY;
