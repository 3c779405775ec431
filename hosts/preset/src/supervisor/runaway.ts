/** A process that had to be ended from outside, and the plugin whose code was running in it. */
export interface Runaway {
  readonly cause: 'loop' | 'memory';
  /** The plugin to blame; undefined when none could be told. */
  readonly plugin?: string;
  /** What happened, in words: how long or how much, and in which entry of the plugin. */
  readonly reason: string;
}

/** @returns undefined when the text is not one. */
export function readRunaway(text: string): Runaway | undefined {
  let value: Partial<Runaway>;
  try {
    value = JSON.parse(text) as Partial<Runaway>;
  } catch {
    return undefined;
  }
  if ((value.cause !== 'loop' && value.cause !== 'memory') || typeof value.reason !== 'string') return undefined;
  return { cause: value.cause, reason: value.reason, ...(typeof value.plugin === 'string' ? { plugin: value.plugin } : {}) };
}
