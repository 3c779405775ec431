import type { LauncherAddress } from './launcher-protocol.js';
import { type Runaway, readRunaway } from './runaway.js';

/** How a supervisor and the process it started find each other. */
export const SUPERVISION = 'SEXTANT_SUPERVISION';

/** What the process tells its supervisor. */
export type ToSupervisor =
  | { readonly is: 'ready' }
  | { readonly is: 'forgiven'; readonly plugin: string }
  | { readonly is: 'configured'; readonly discovered: string | null };
/** What the supervisor asks of its process. */
export type ToProcess = 'stop' | 'stop at once';

export interface Supervision {
  /** The descriptor that runaways are written to, by a thread: the process's own channel does not answer while it loops. */
  readonly descriptor: number;
  /** Plugins that ran away since the supervisor started. */
  readonly runaways: readonly Runaway[];
  /** The configuration file that an earlier process found in the working folder; null: it found none. Undefined in the first process. */
  readonly discovered?: string | null | undefined;
  /** Where its launcher of programs listens, if it has one. */
  readonly launcher?: LauncherAddress | undefined;
}

let current: Supervision | undefined;

/** What the supervisor of this process said; undefined when it has none. Programs started from here do not inherit it. */
export function supervision(): Supervision | undefined {
  const text = process.env[SUPERVISION];
  if (text !== undefined) {
    delete process.env[SUPERVISION];
    const { descriptor, runaways, discovered, launcher } = JSON.parse(text) as {
      descriptor: number;
      runaways: readonly unknown[];
      discovered?: string | null;
      launcher?: LauncherAddress;
    };
    current = { descriptor, runaways: runaways.flatMap((runaway) => readRunaway(JSON.stringify(runaway)) ?? []), discovered, launcher };
  }
  return current;
}

/** Says something to the supervisor, if there is one. */
export function tellSupervisor(message: ToSupervisor): void {
  if (current && process.connected) process.send?.(message);
}
