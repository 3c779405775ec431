import type { IndexStore } from '../index/index-store.js';
import { repositoryOfShard } from '../index/manifest.js';
import { compileQuery } from './compiled-query.js';
import type { EngineEvent, EngineRequest, EngineSummary } from './contract.js';
import { ResultMerger } from './result-merger.js';
import { planSearch, type SearchPlan } from './search-plan.js';
import type { RunningQuery, ShardExecutor } from './shard-executor.js';
import type { ShardResult, ShardTask } from './shard-runner.js';

/** A first batch is held this long for better documents to come in. */
const HOLD_MS = 100;
/** After the deadline, a thread has this long to answer before it is replaced. */
const GRACE_MS = 200;
const BATCH_SHARDS = 128;
const BATCH_BYTES = 64 << 20;

let lastQueryId = 0;

/**
 * Answers searches over the index of one node.
 * @throws PatternError from `search` before the first event, when a pattern does not compile
 */
export class SearchEngine {
  constructor(
    private readonly store: IndexStore,
    private readonly executor: ShardExecutor,
  ) {
    executor.onDamaged = (shard, reason) => void store.quarantine(repositoryOfShard(shard), shard, reason).catch(() => undefined);
  }

  async *search(request: EngineRequest): AsyncGenerator<EngineEvent> {
    const startedAt = Date.now();
    compileQuery(request.expr);
    const snapshot = await this.store.acquire(new Set(request.scope.repositories.map(({ id }) => id)));
    const run = new SearchRun(this.store, this.executor, request, planSearch(request.scope, snapshot), startedAt);
    try {
      yield* run.events();
    } finally {
      // The files must stay until the last thread has let go of them.
      void run.stop().finally(() => snapshot.release());
    }
  }

  close(): Promise<void> {
    return this.executor.close();
  }
}

/** One search from its plan to its summary. */
class SearchRun implements RunningQuery {
  readonly spec;
  readonly #flag = new Int32Array(new SharedArrayBuffer(4));
  readonly #merger: ResultMerger;
  readonly #degraded = new Map<number, string>();
  readonly #deadline: number;
  readonly #idle: Promise<void>;
  #setIdle!: () => void;
  #next = 0;
  #inFlight = 0;
  #submitted = false;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly store: IndexStore,
    private readonly executor: ShardExecutor,
    private readonly request: EngineRequest,
    private readonly plan: SearchPlan,
    startedAt: number,
  ) {
    this.#deadline = startedAt + request.limits.deadline;
    this.#merger = new ResultMerger(plan.tasks.length, request.limits);
    for (const { repository, reason } of plan.degraded) this.#degraded.set(repository, reason);
    this.#idle = new Promise((resolve) => {
      this.#setIdle = resolve;
    });
    this.spec = {
      id: ++lastQueryId,
      expr: request.expr,
      want: request.want,
      limits: request.limits,
      flag: this.#flag.buffer as SharedArrayBuffer,
      deadline: this.#deadline,
    };
  }

  async *events(): AsyncGenerator<EngineEvent> {
    const { signal } = this.request;
    signal?.throwIfAborted();
    const onAbort = () => this.#cancel();
    signal?.addEventListener('abort', onAbort, { once: true });
    const timers = [
      setTimeout(() => this.#wake(), Math.max(this.#deadline - Date.now(), 0)),
      setTimeout(() => this.executor.abandon(this), Math.max(this.#deadline - Date.now(), 0) + GRACE_MS),
    ];
    try {
      this.#submitted = true;
      this.executor.submit(this);
      let flushAt = Date.now() + HOLD_MS;
      while (!this.#done()) {
        await this.#something(flushAt);
        signal?.throwIfAborted();
        if (this.#done() || Date.now() < flushAt) continue;
        yield* this.#flush();
        flushAt = Date.now() + HOLD_MS;
      }
      signal?.throwIfAborted();
      yield* this.#flush();
      yield { type: 'done', summary: this.#summary() };
    } finally {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Takes back what was not started; resolves when no thread works on this search any more. */
  stop(): Promise<void> {
    this.#cancel();
    return this.#idle;
  }

  nextBatch(): readonly ShardTask[] | undefined {
    if (this.#ended || this.#merger.full || Date.now() > this.#deadline) return undefined;
    const batch: ShardTask[] = [];
    let bytes = 0;
    while (this.#next < this.plan.tasks.length && batch.length < BATCH_SHARDS && bytes < BATCH_BYTES) {
      const { task, contentBytes } = this.plan.tasks[this.#next++]!;
      batch.push(task);
      bytes += contentBytes;
    }
    this.#inFlight += batch.length;
    return batch.length > 0 ? batch : undefined;
  }

  settle(result: ShardResult): void {
    this.#inFlight--;
    const { task, entry } = this.plan.tasks[result.index]!;
    if ('answer' in result) this.#merger.add(result.index, result.answer);
    else if ('abandoned' in result) this.#merger.abandon(result.index);
    else {
      this.#merger.fail(result.index);
      this.#degraded.set(task.scope.repository, `Shard ${entry.id} could not be searched: ${result.failure}.`);
      // The answer does not wait for it, and a read-only disk must not fail the search.
      if (result.corrupt) void this.store.quarantine(task.scope.repository, entry.id, result.failure).catch(() => undefined);
    }
    if (this.#ended && this.#inFlight === 0) this.#setIdle();
    this.#wake();
  }

  #cancel(): void {
    this.#ended = true;
    Atomics.store(this.#flag, 0, 1);
    if (this.#inFlight === 0 || !this.#submitted) this.#setIdle();
    else setTimeout(() => this.#inFlight > 0 && this.executor.abandon(this), GRACE_MS).unref();
    this.#wake();
  }

  #done(): boolean {
    const nothingLeft = this.#next >= this.plan.tasks.length || this.#merger.full || Date.now() > this.#deadline;
    return this.#ended || (this.#merger.full && !this.request.limits.countAll) || (nothingLeft && this.#inFlight === 0);
  }

  /** Resolves when a result came in, the search ended or `until` (milliseconds since the epoch) is reached. */
  async #something(until: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, Math.max(until - Date.now(), 0));
    });
    clearTimeout(timer);
  }

  *#flush(): Generator<EngineEvent> {
    const documents = this.#merger.take();
    if (documents.length > 0) yield { type: 'documents', documents };
    yield {
      type: 'progress',
      matchCount: this.#merger.matchCount,
      shardsDone: this.#merger.shardsDone,
      shardsTotal: this.plan.tasks.length,
    };
  }

  #summary(): EngineSummary {
    const merger = this.#merger;
    return {
      matchCount: merger.matchCount,
      documentCount: merger.documentCount,
      shardsTotal: this.plan.tasks.length + this.plan.missingShards,
      shardsDone: merger.shardsDone,
      limitHit: merger.limitHit,
      timedOut: !merger.full && (merger.incomplete || merger.settled < this.plan.tasks.length),
      notIndexed: this.plan.notIndexed,
      degraded: [...this.#degraded].map(([repository, reason]) => ({ repository, reason })),
      skippedFiles: this.plan.skippedFiles,
    };
  }
}
