import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { supervision } from './supervision.js';
import { CURRENT_ENTRY, type RunningPlugins, type WatchdogTask } from './watchdog-task.js';

export interface WatchdogOptions {
  /** Milliseconds for which nothing may keep the event loop; 0 does not look. */
  readonly loop: number;
  /** Most bytes of memory for JavaScript, buffers included; undefined: what the engine allows. */
  readonly memory: number | undefined;
  /** Where the code of each plugin lies: a URL that those of its files begin with. */
  readonly homes: Readonly<Record<string, string>>;
  /** The entry into plugin code that runs now. */
  readonly entry: () => { readonly plugin: string; readonly kind: string; readonly name: string } | undefined;
  /** Which plugin's code runs now, unless it has given the event loop back since: readable even where the thread cannot be stopped. */
  readonly running: RunningPlugins;
}

/** How often the event loop shows that it is free, in milliseconds. */
const BEAT = 250;

/**
 * Watches this thread from another: one that loops for ever, or that takes more memory than it may, cannot do it itself. Whoever goes too far is
 * told to the supervisor, and the process is killed.
 */
export function startWatchdog({ loop, memory, homes, entry, running }: WatchdogOptions): AsyncDisposable {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const task: WatchdogTask = {
    beats,
    loop,
    memory,
    heapLimit: getHeapStatistics().heap_size_limit,
    homes,
    running,
    descriptor: supervision()?.descriptor,
  };
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), {
    name: 'watchdog',
    workerData: task,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  });
  thread.unref();
  // Without a watchdog Sextant serves all the same.
  thread.on('error', () => undefined);
  const global = globalThis as { [CURRENT_ENTRY]?: WatchdogOptions['entry'] };
  global[CURRENT_ENTRY] = entry;
  const beat = setInterval(() => Atomics.add(beats, 0, 1), BEAT).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(beat);
      delete global[CURRENT_ENTRY];
      await thread.terminate();
    },
  };
}
