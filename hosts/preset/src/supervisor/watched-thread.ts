import { type Debugger, type HeapProfiler, Session } from 'node:inspector';
import { basename } from 'node:path';
import { CURRENT_ENTRY } from './watchdog-task.js';

export interface PausedAt {
  /** False: it is idle, inside a system call, or in one of the loops that the optimizing compiler leaves without a check. */
  readonly paused: boolean;
  /** The entry into plugin code that the paused code belongs to. */
  readonly entry: { readonly plugin: string; readonly kind: string; readonly name: string } | undefined;
  /** The function, file and line, for people. */
  readonly where: string | undefined;
}

/** Milliseconds the main thread gets to answer: it answers in loops too, but not inside a system call. */
const PATIENCE = 3_000;

/** The main thread, as seen by a thread that can stop it anywhere in JavaScript, loops and regular expressions included. */
export class WatchedThread {
  readonly #session = new Session();
  readonly #scripts = new Map<string, string>();

  constructor() {
    this.#session.connectToMainThread();
    this.#session.on('Debugger.scriptParsed', ({ params }) => void this.#scripts.set(params.scriptId, params.url));
  }

  /** Bytes in use; undefined while it does not answer. */
  async memory(): Promise<{ readonly heap: number; readonly buffers: number } | undefined> {
    const usage = await this.#post<{ readonly usedSize: number; readonly backingStorageSize?: number }>('Runtime.getHeapUsage');
    return usage && { heap: usage.usedSize, buffers: usage.backingStorageSize ?? 0 };
  }

  async startSampling(): Promise<void> {
    await this.#post('HeapProfiler.startSampling', { samplingInterval: 64 * 1024 });
  }

  async stopSampling(): Promise<void> {
    await this.#post('HeapProfiler.stopSampling');
  }

  async collectGarbage(): Promise<void> {
    await this.#post('HeapProfiler.collectGarbage');
  }

  /** What is alive of that which was allocated since the sampling began. */
  async samples(): Promise<HeapProfiler.SamplingHeapProfile | undefined> {
    return (await this.#post<HeapProfiler.GetSamplingProfileReturnType>('HeapProfiler.getSamplingProfile'))?.profile;
  }

  /** Stops it where it is. It stays stopped until `resume`. */
  async pause(): Promise<PausedAt> {
    await this.#post('Debugger.enable');
    const paused = new Promise<Debugger.PausedEventDataType | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), PATIENCE);
      this.#session.once('Debugger.paused', ({ params }) => {
        clearTimeout(timer);
        resolve(params);
      });
    });
    void this.#post('Debugger.pause');
    const top = (await paused)?.callFrames[0];
    if (!top) return { paused: false, entry: undefined, where: undefined };
    const answer = await this.#post<Debugger.EvaluateOnCallFrameReturnType>('Debugger.evaluateOnCallFrame', {
      callFrameId: top.callFrameId,
      expression: `JSON.stringify(globalThis[Symbol.for('${CURRENT_ENTRY.description}')]?.() ?? null)`,
      silent: true,
    });
    const text: unknown = answer?.result.value;
    const file = this.#scripts.get(top.location.scriptId);
    return {
      paused: true,
      entry: typeof text === 'string' ? ((JSON.parse(text) as PausedAt['entry'] | null) ?? undefined) : undefined,
      where: `${top.functionName || 'a function'}${file ? ` of ${basename(file)}:${top.location.lineNumber + 1}` : ''}`,
    };
  }

  async resume(): Promise<void> {
    await this.#post('Debugger.resume');
    await this.#post('Debugger.disable');
  }

  #post<R>(method: string, params: object = {}): Promise<R | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), PATIENCE);
      this.#session.post(method, params, (error, answer) => {
        clearTimeout(timer);
        resolve(error ? undefined : (answer as R));
      });
    });
  }
}
