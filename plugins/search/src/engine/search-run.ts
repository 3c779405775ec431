import type { CompiledQuery } from './compiled-query.js';
import type { DocExpr, EngineEvent, SearchLimits } from './contract.js';
import type { ResultMerger } from './result-merger.js';
import type { QuerySpec, RunningQuery, ShardExecutor } from './shard-executor.js';
import type { Task, TaskResult } from './task-runner.js';
import { threadClock } from './thread-clock.js';

const HOLD_MS = 100;
/** Timers take no longer spans than 24 days. */
const MAX_WAIT_MS = 60_000;
/** Of the tasks that a turn has left over, the next turn gets a share, so that other threads have something to do as well. */
const RESUMED_SHARE = 4;
const RESUMED_MOST = 32;
/** After the deadline or an abort, a thread has this long to answer before it is replaced. */
const GRACE_MS = 200;

let lastQueryId = 0;

export interface RunRequest {
  readonly expr: DocExpr;
  readonly want: QuerySpec['want'];
  readonly limits: SearchLimits;
  /** As in EngineRequest. */
  readonly hold?: number;
  readonly signal?: AbortSignal;
}

/** Where a run takes its work from. */
export interface TaskQueue {
  /** The next tasks for one thread; undefined: none at the moment. */
  take(): readonly Task[] | undefined;
  /** Nothing is left and nothing will come. */
  readonly drained: boolean;
}

/** Carries one search through an executor: limits, deadline, abort, and the rhythm of its answers. */
export class SearchRun implements RunningQuery {
  readonly spec: QuerySpec;
  readonly compiled: CompiledQuery;
  readonly #flag = new Int32Array(new SharedArrayBuffer(4));
  readonly #idle: Promise<void>;
  #setIdle!: () => void;
  /** Tasks that are out, by index, and those that came back unfinished. */
  readonly #out = new Map<number, Task>();
  readonly #again: Task[] = [];
  #queued = false;
  /** There is work, and nobody reads what came of the last. */
  #heldUp = false;
  #ended = false;
  #wake: () => void = () => undefined;

  /** @param failed hears of tasks that could not be done */
  constructor(
    private readonly executor: ShardExecutor,
    private readonly request: RunRequest,
    private readonly queue: TaskQueue,
    private readonly merger: ResultMerger,
    private readonly failed: (result: Extract<TaskResult, { failure: string }>) => void,
    { startedAt, compiled, laborious }: Pick<QuerySpec, 'laborious'> & { readonly startedAt: number; readonly compiled: CompiledQuery },
  ) {
    const { expr, want, limits } = request;
    this.#idle = new Promise((resolve) => {
      this.#setIdle = resolve;
    });
    this.compiled = compiled;
    this.spec = {
      id: ++lastQueryId,
      expr,
      want,
      limits,
      laborious,
      flag: this.#flag.buffer as SharedArrayBuffer,
      deadline: startedAt + limits.deadline,
    };
  }

  /** Documents and progress, until all is done, a limit is reached or the deadline has passed. @throws the signal's reason */
  async *events(): AsyncGenerator<EngineEvent> {
    const { signal, hold = HOLD_MS } = this.request;
    signal?.throwIfAborted();
    const onAbort = () => this.#cancel();
    signal?.addEventListener('abort', onAbort, { once: true });
    const left = Math.max(this.spec.deadline - threadClock(), 0);
    const timers = [setTimeout(() => this.#wake(), left + 1), setTimeout(() => this.executor.abandon(this), left + GRACE_MS)];
    try {
      this.offer();
      let flushAt = threadClock() + hold;
      while (!this.#done()) {
        if (!this.#heldUp) await this.#something(flushAt);
        signal?.throwIfAborted();
        if (this.#done() || (threadClock() < flushAt && !this.#heldUp)) continue;
        yield* this.#flush();
        flushAt = threadClock() + hold;
      }
      signal?.throwIfAborted();
      yield* this.#flush();
    } finally {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Tells the executor that the queue has work. */
  offer(): void {
    if (this.#queued || this.#ended) return;
    this.#queued = true;
    this.executor.submit(this);
  }

  /** Wakes the run to look again whether it is done. */
  nudge(): void {
    this.#wake();
  }

  /** All documents are to come best first. */
  get #keepsAll(): boolean {
    return (this.request.hold ?? HOLD_MS) >= this.request.limits.deadline;
  }

  get overdue(): boolean {
    return threadClock() > this.spec.deadline;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Takes back what was not started; resolves when no thread works on this search any more. */
  stop(): Promise<void> {
    this.#cancel();
    return this.#idle;
  }

  nextBatch(): readonly Task[] | undefined {
    this.#heldUp = this.merger.crowded && !this.#keepsAll;
    const batch = this.#ended || this.merger.full || this.overdue || this.#heldUp ? undefined : this.#take();
    if (!batch) {
      this.#queued = false;
      // All that was left may have been answered without a thread.
      this.#wake();
      return undefined;
    }
    for (const task of batch) this.#out.set(task.index, task);
    const { room } = this.merger;
    return batch.map((task) => ({ ...task, room }));
  }

  /** Unfinished tasks first, in the order of the plan, which is the order in which answers can be given. */
  #take(): readonly Task[] | undefined {
    if (this.#again.length === 0) return this.queue.take();
    this.#again.sort((a, b) => a.index - b.index);
    return this.#again.splice(0, Math.min(Math.ceil(this.#again.length / RESUMED_SHARE), RESUMED_MOST));
  }

  settle(result: TaskResult): void {
    const task = this.#out.get(result.index)!;
    this.#out.delete(result.index);
    if ('postponed' in result) this.#again.push(task);
    else if ('answer' in result) {
      const { resumeAt } = result.answer;
      this.merger.add(result.index, result.answer);
      if (resumeAt !== undefined) this.#again.push({ ...task, from: resumeAt } as Task);
    } else if ('abandoned' in result) this.merger.abandon(result.index);
    else {
      this.merger.fail(result.index);
      this.failed(result);
    }
    if (this.#again.length > 0) this.offer();
    if (this.#ended && this.#out.size === 0) this.#setIdle();
    this.#wake();
  }

  #cancel(): void {
    this.#ended = true;
    Atomics.store(this.#flag, 0, 1);
    if (this.#out.size === 0) this.#setIdle();
    else setTimeout(() => this.#out.size > 0 && this.executor.abandon(this), GRACE_MS).unref();
    this.#wake();
  }

  #done(): boolean {
    if (this.#ended || this.merger.full) return true;
    return this.#out.size === 0 && (this.overdue || (this.queue.drained && this.#again.length === 0));
  }

  /** Resolves when a result came in, the search ended or `until` (of `threadClock`) is reached. */
  async #something(until: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, Math.min(Math.max(until - threadClock(), 0), MAX_WAIT_MS));
    });
    clearTimeout(timer);
  }

  *#flush(): Generator<EngineEvent> {
    const documents = this.merger.take();
    if (this.#heldUp) {
      this.#heldUp = false;
      this.offer();
    }
    if (documents.length > 0) yield { type: 'documents', documents };
    const counts = this.merger.takeCounts();
    if (counts.length > 0) yield { type: 'counted', counts };
    yield {
      type: 'progress',
      matchCount: this.merger.matchCount,
      shardsDone: this.merger.shardsDone,
      shardsTotal: this.merger.shardsTotal,
    };
  }
}
