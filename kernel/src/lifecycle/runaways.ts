import { SextantError } from '@sextant/sdk';

/** A plugin in whose code the process before this one looped, or took more memory than it may. */
export interface RunawayPlugin {
  readonly plugin: string;
  /** What happened, in words. */
  readonly reason: string;
}

/** Plugins that stay off until somebody enables them again, because the process before this one had to be ended for them. */
export class Runaways {
  readonly #reasons: Map<string, string>;

  /** @param forgiven told when one is enabled again */
  constructor(
    plugins: readonly RunawayPlugin[],
    private readonly forgiven: (plugin: string) => void,
  ) {
    this.#reasons = new Map(plugins.map(({ plugin, reason }) => [plugin, reason]));
  }

  /** Why the plugin may not run, if so. */
  refusal(plugin: string): SextantError | undefined {
    const why = this.#reasons.get(plugin);
    return why === undefined
      ? undefined
      : new SextantError('SEXTANT_PLUGIN_RUNAWAY', {
          what: `"${plugin}" is left out, since the process had to be ended while it ran.`,
          why: `${why}.`,
          fix: `Mend or configure the plugin, then enable it again: sextant plugin enable ${plugin}`,
        });
  }

  /** Lets it run again. */
  forgive(plugin: string): void {
    if (this.#reasons.delete(plugin)) this.forgiven(plugin);
  }
}
