import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ContentCheck } from '../index/open-shard.js';
import type { CompiledQuery } from './compiled-query.js';
import { FirstTurn } from './first-turn.js';
import { rulesOut } from './rules-out.js';
import { type Lane, SearchTurns, type Turn } from './search-turns.js';
import type { RunningQuery, ShardExecutor } from './shard-executor.js';
import { ShardImages } from './shard-images.js';
import { ShardSieve } from './shard-sieve.js';
import type { ShardTask, TaskResult } from './task-runner.js';
import { canLowerThreadPriority } from './thread-priority.js';
import type { FromWorker, ToWorker, WorkerSetup } from './worker.js';

/** A query that had no first turn has one thread for this long; only what is not answered by then is worth a second one. */
const SPREAD_AFTER_MS = 5;
/** How long a thread works on one search before another has its turn, milliseconds. */
const SLICE_MS: Readonly<Record<Lane, number>> = { light: 10, heavy: 50 };
/** How far the threads of long searches give way to everything else on the machine. */
const NICE: Readonly<Record<Lane, number>> = { light: 0, heavy: 10 };
/** What is new is short-lived here: more room for it is memory that five threads keep and never need. */
const THREAD_MEMORY = { maxOldGenerationSizeMb: 1_024, maxYoungGenerationSizeMb: 16 };

/** How long a thread stays without work, milliseconds. */
const IDLE_AFTER_MS = 30_000;

export interface WorkerPoolOptions {
  /** Threads that search, and as many for searches that take long; the number of cores when left out. */
  readonly threads?: number;
  /** Bytes of opened shards (dictionaries, paths, tables) kept in memory, shared by all threads. */
  readonly residentBytes?: number;
  /** Milliseconds after which a thread without work ends; one always stays, which a search after a pause begins with. */
  readonly idleAfter?: number;
  /** The compiled `worker.js`; tests that run from source name the one in `dist`. */
  readonly workerUrl?: URL;
}

interface Slot {
  readonly lane: Lane;
  worker: Worker | undefined;
  query: Turn | undefined;
  /** Indices of tasks that were sent and not settled. */
  readonly tasks: Set<number>;
  /** Shards this thread has opened. */
  readonly knows: Set<string>;
  verifying: boolean;
  /** Monotonic milliseconds of its last work. */
  usedAt: number;
}

/**
 * Searches on worker threads, in turns. What takes long moves to threads of its own, which give way to the others, so that an endless
 * search leaves a short one in peace. A thread that dies, or is stuck in an abandoned query, is replaced by a new one when there is work for it.
 */
export class WorkerPool implements ShardExecutor {
  onDamaged: (shard: string, reason: string) => void = () => undefined;
  readonly #slots: Slot[];
  /** Threads that one query may have at a time. */
  readonly #most: number;
  readonly #images: ShardImages;
  readonly #firstTurn: FirstTurn;
  /** Of the same shards. */
  readonly #sieve = new ShardSieve();
  /** Content that is still to be checked, by the threads when they have nothing better to do. */
  readonly #toVerify: ContentCheck[] = [];
  readonly #workerUrl: URL;
  readonly #turns = new SearchTurns();
  readonly #idleAfter: number;
  /** While there are threads that may end. */
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: WorkerPoolOptions = {}) {
    const threads = Math.max(1, options.threads ?? availableParallelism());
    this.#most = threads;
    const lane = (of: Lane, length: number) =>
      Array.from(
        { length },
        (): Slot => ({ lane: of, worker: undefined, query: undefined, tasks: new Set(), knows: new Set(), verifying: false, usedAt: 0 }),
      );
    // Threads that cannot give way leave a core to the others.
    const heavy = canLowerThreadPriority ? threads : Math.max(1, threads - 1);
    this.#slots = [...lane('light', threads + 1), ...lane('heavy', heavy)];
    this.#images = new ShardImages(options.residentBytes ?? 512 << 20);
    this.#firstTurn = new FirstTurn(this.#images);
    this.#idleAfter = options.idleAfter ?? IDLE_AFTER_MS;
    this.#workerUrl = options.workerUrl ?? new URL('./worker.js', import.meta.url);
  }

  rulesOut({ shard, scope }: ShardTask, query: CompiledQuery): boolean {
    // Either way it counts as used.
    if (!this.#sieve.passes(shard, query)) return this.#images.image(shard) !== undefined;
    const resident = this.#images.resident(shard);
    return resident !== undefined && rulesOut(query.root, resident, scope.repository);
  }

  submit(query: RunningQuery): void {
    const turn = this.#turns.add(query);
    if (!turn.spread) {
      const { used, left } = this.#firstTurn.take(query);
      if (!left) {
        this.#turns.remove(query);
        return;
      }
      turn.used += used;
      if (used > 0) turn.spread = true;
      else this.#spreadLater(turn);
    }
    this.#pump();
  }

  abandon(query: RunningQuery): void {
    this.#turns.remove(query);
    for (const slot of this.#slots) if (slot.query?.query === query) this.#discard(slot, undefined);
    this.#pump();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#idleTimer);
    this.#firstTurn.close();
    await Promise.all(this.#slots.map(({ worker }) => worker?.terminate()));
  }

  #spreadLater(turn: Turn): void {
    setTimeout(() => {
      turn.spread = true;
      this.#pump();
    }, SPREAD_AFTER_MS).unref();
  }

  #pump(): void {
    for (const slot of this.#slots) {
      if (this.#closed || slot.query || slot.verifying) continue;
      if (!this.#giveBatch(slot)) this.#giveVerification(slot);
    }
  }

  /** Gives the thread the next batch of the query whose turn it is; false when there is none for it. */
  #giveBatch(slot: Slot): boolean {
    // The last free one is for a search that has none: otherwise a new one would wait for a turn to end.
    const isLast = slot.lane === 'light' && this.#slots.filter(({ lane, query }) => lane === 'light' && !query).length === 1;
    for (const turn of this.#turns.waiting(slot.lane, isLast ? 1 : this.#most)) {
      const batch = turn.query.nextBatch();
      if (!batch) {
        this.#turns.remove(turn.query);
        continue;
      }
      turn.active++;
      slot.query = turn;
      const tasks = batch.map((task) => {
        slot.tasks.add(task.index);
        if (!('shard' in task)) return task;
        const image = slot.knows.has(task.shard) ? undefined : this.#images.image(task.shard);
        if (image) slot.knows.add(task.shard);
        return image ? { ...task, image } : task;
      });
      // What is left of the first turn is spread.
      const slice = turn.spread ? SLICE_MS[slot.lane] : SPREAD_AFTER_MS;
      this.#send(slot, { type: 'search', query: turn.query.spec, tasks, slice });
      return true;
    }
    return false;
  }

  #giveVerification(slot: Slot): void {
    if (slot.lane === 'light' || this.#slots.some(({ verifying }) => verifying)) return;
    const check = this.#toVerify.shift();
    if (!check) return;
    slot.verifying = true;
    this.#send(slot, { type: 'verify', check });
  }

  #send(slot: Slot, message: ToWorker): void {
    slot.worker ??= this.#start(slot);
    slot.worker.postMessage(message);
  }

  #start(slot: Slot): Worker {
    const worker = new Worker(this.#workerUrl, {
      resourceLimits: THREAD_MEMORY,
      workerData: { nice: NICE[slot.lane] } satisfies WorkerSetup,
    });
    worker.unref();
    this.#idleTimer ??= setInterval(() => this.#endIdle(), this.#idleAfter).unref();
    // What a thread says after it was replaced is no longer of interest.
    const isCurrent = () => slot.worker === worker;
    worker.on('message', (message: FromWorker) => isCurrent() && this.#receive(slot, message));
    worker.on('error', (error: Error) => isCurrent() && this.#discard(slot, `the search thread died (${error.message})`));
    worker.on('exit', () => isCurrent() && this.#discard(slot, 'the search thread ended'));
    return worker;
  }

  #receive(slot: Slot, message: FromWorker): void {
    switch (message.type) {
      case 'opened': {
        slot.knows.add(message.image.id);
        this.#toVerify.push({ image: message.image, done: 0, checksum: 0 });
        const evicted = this.#images.add(message.image);
        this.#sieve.add(this.#images.get({ shard: message.image.id }));
        if (evicted.length > 0) this.#forget(evicted);
        return;
      }
      case 'results':
        this.#settle(slot, message.results);
        return;
      case 'verified':
        if (message.rest) this.#toVerify.unshift(message.rest);
        if (message.failure) this.onDamaged(message.shard, message.failure);
        return;
      case 'idle':
        if (slot.query) slot.query.used += message.used;
        this.#settle(slot, message.results);
        this.#release(slot);
        this.#pump();
    }
  }

  #settle(slot: Slot, results: readonly TaskResult[]): void {
    for (const result of results) {
      slot.tasks.delete(result.index);
      slot.query?.query.settle(result);
    }
  }

  #forget(shards: readonly string[]): void {
    for (const shard of shards) this.#firstTurn.forget(shard);
    for (const shard of shards) this.#sieve.drop(shard);
    for (const slot of this.#slots) {
      for (const shard of shards) slot.knows.delete(shard);
      slot.worker?.postMessage({ type: 'forget', shards } satisfies ToWorker);
    }
  }

  #release(slot: Slot): void {
    if (slot.query) slot.query.active--;
    slot.query = undefined;
    slot.verifying = false;
    slot.usedAt = performance.now();
  }

  /** A thread's heap and caches are some 25 MB. */
  #endIdle(): void {
    const others = this.#slots.slice(1);
    const idleSince = performance.now() - this.#idleAfter;
    for (const slot of others) {
      if (slot.query || slot.verifying || slot.usedAt > idleSince) continue;
      void slot.worker?.terminate();
      slot.worker = undefined;
      slot.knows.clear();
    }
    if (others.some(({ worker }) => worker)) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  /** Ends a thread; its open tasks become failures with this cause, or abandoned ones without. */
  #discard(slot: Slot, cause: string | undefined): void {
    const { worker, query } = slot;
    const tasks = [...slot.tasks];
    slot.worker = undefined;
    slot.tasks.clear();
    slot.knows.clear();
    this.#release(slot);
    void worker?.terminate();
    for (const index of tasks)
      query?.query.settle(cause === undefined ? { index, abandoned: true } : { index, failure: cause, corrupt: false });
    if (!this.#closed) this.#pump();
  }
}
