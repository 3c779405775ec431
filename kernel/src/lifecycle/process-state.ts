import type { PluginState, Role } from '@sextant/sdk';

/** One plugin in one process. */
export interface PluginInProcess {
  readonly id: string;
  readonly state: PluginState;
  readonly phase: string | null;
  readonly reason: string | null;
  readonly code: string | null;
}

/** One process, with the plugins that have a part for its roles. */
export interface ProcessState {
  /** `host:pid:random`: another one after a restart. */
  readonly instance: string;
  readonly roles: readonly Role[];
  readonly plugins: readonly PluginInProcess[];
}
