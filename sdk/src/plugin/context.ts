import type { ConfigOf, ConfigSchema, ConfigView } from '../config/config.js';
import type { Logger } from '../core/log.js';
import type { Meter } from '../core/meter.js';
import type { Role } from './role.js';

/** Everything here is the plugin's own: its logger, its configuration, its signal. */
export interface PluginContext<S extends ConfigSchema = ConfigSchema> {
  readonly id: string;
  readonly version: string;
  /** The roles of this process. */
  readonly roles: readonly Role[];
  readonly log: Logger;
  readonly config: ConfigView<ConfigOf<S>>;
  /** Aborted when the plugin stops: hand it to everything that waits. */
  readonly signal: AbortSignal;
  readonly meter: Meter;
  /** Shows the plugin as degraded, with a reason in words, until disposed. */
  degrade(reason: string): Disposable;
}
