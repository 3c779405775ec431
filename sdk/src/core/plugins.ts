export type PluginState = 'disabled' | 'incompatible' | 'blocked' | 'failed' | 'degraded' | 'active';

export interface PluginStatus {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly summary: string;
  readonly toggle: 'always-on' | 'default-on' | 'default-off';
  readonly state: PluginState;
  /** The phase it failed in. */
  readonly phase: string | undefined;
  /** In words, for every state but active. */
  readonly reason: string | undefined;
  readonly code: string | undefined;
  /** Milliseconds per phase. */
  readonly timings: Readonly<Record<string, number>>;
  readonly dependsOn: readonly string[];
}

/** The switchboard. */
export interface Plugins {
  list(): readonly PluginStatus[];
  /** @throws SEXTANT_PLUGIN_… with the reason. With it come its routes, schema, jobs and schedules. */
  enable(id: string): Promise<PluginStatus>;
  /** Drains its work first. `cascade` also disables those that need it. */
  disable(id: string, options?: { readonly cascade?: boolean }): Promise<PluginStatus>;
}
