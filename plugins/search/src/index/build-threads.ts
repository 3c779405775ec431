import { Worker } from 'node:worker_threads';
import type { BuildReply, BuildRequest } from './build-worker.js';

/** How long a thread that has built waits for the next build, milliseconds. */
const IDLE_MS = 5_000;

/** What a thread is started with; it serves builds that want the same. */
export interface BuildThreadOptions {
  /** Of JavaScript's objects, beside the bytes of the shard; a thread that needs more ends, and its build with it. */
  readonly heapBytes: number;
  /** Above 0: how far the thread, and what it starts, gives way to others. */
  readonly nice: number;
  /** Which extractors it loads, and in which version: what a thread has loaded, it keeps. */
  readonly extractors: string;
}

/** Told of one build at a time. */
export interface BuildObserver {
  receive(reply: BuildReply): void;
  /** The thread is no more. */
  fail(error: Error): void;
}

/** Those that wait for a build, the latest last. */
const parked: BuildThread[] = [];

/**
 * A thread that carries out one build after another: to start one takes as long as to build 2 MB, and it is slow until
 * what it runs was compiled. One that failed, or whose build was given up, is not used again.
 */
export class BuildThread {
  readonly #worker: Worker;
  #observer: BuildObserver | undefined;
  #idle: NodeJS.Timeout | undefined;

  private constructor(readonly options: BuildThreadOptions) {
    this.#worker = new Worker(new URL('./build-worker.js', import.meta.url), {
      workerData: { nice: options.nice },
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(options.heapBytes / (1 << 20)) },
    });
    this.#worker.on('message', (reply: BuildReply) => this.#observer?.receive(reply));
    this.#worker.on('error', (error) => this.#gone(error));
    this.#worker.on('exit', () => this.#gone(new Error('The thread that builds shards ended.')));
  }

  /** One that waits, or a new one. */
  static for(observer: BuildObserver, options: BuildThreadOptions): BuildThread {
    const { heapBytes, nice, extractors } = options;
    const at = parked.findLastIndex(
      ({ options: other }) => other.heapBytes === heapBytes && other.nice === nice && other.extractors === extractors,
    );
    const thread = at < 0 ? new BuildThread(options) : parked.splice(at, 1)[0]!;
    clearTimeout(thread.#idle);
    thread.#worker.ref();
    thread.#observer = observer;
    return thread;
  }

  send(request: BuildRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  /** Its build is done; it keeps no process from ending. */
  park(): void {
    this.#observer = undefined;
    this.#worker.unref();
    parked.push(this);
    this.#idle = setTimeout(() => {
      parked.splice(parked.indexOf(this), 1);
      void this.end();
    }, IDLE_MS).unref();
  }

  async end(): Promise<void> {
    this.#observer = undefined;
    await this.#worker.terminate();
  }

  #gone(error: Error): void {
    clearTimeout(this.#idle);
    if (parked.includes(this)) parked.splice(parked.indexOf(this), 1);
    this.#observer?.fail(error);
  }
}
