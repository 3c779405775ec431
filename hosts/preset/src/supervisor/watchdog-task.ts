/** Where the watched thread keeps the function that names its current entry; the watchdog calls it while the thread is paused. */
export const CURRENT_ENTRY = Symbol.for('sextant.current-entry');

export interface RunningPlugins {
  /** Holds an index into `plugins`, or -1. */
  readonly cell: Int32Array<SharedArrayBuffer>;
  readonly plugins: readonly string[];
}

/** What the watchdog's thread is given. */
export interface WatchdogTask {
  /** Counts up while the event loop is free. */
  readonly beats: Int32Array<SharedArrayBuffer>;
  readonly loop: number;
  readonly memory: number | undefined;
  /** Bytes at which the engine itself gives up. */
  readonly heapLimit: number;
  readonly homes: Readonly<Record<string, string>>;
  readonly running: RunningPlugins;
  readonly descriptor: number | undefined;
}
