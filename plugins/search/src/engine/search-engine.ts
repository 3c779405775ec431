import type { IndexStore } from '../index/index-store.js';
import { repositoryOfShard } from '../index/manifest.js';
import { compileQuery } from './compiled-query.js';
import type { EngineEvent, EngineExplanation, EngineRequest, SearchScope } from './contract.js';
import { isLaborious } from './laborious.js';
import { ResultMerger } from './result-merger.js';
import { planSearch, type SearchPlan } from './search-plan.js';
import { SearchRun, type TaskQueue } from './search-run.js';
import { EMPTY_ANSWER } from './search-shard.js';
import type { ShardExecutor } from './shard-executor.js';
import type { ShardTask } from './task-runner.js';
import { threadClock } from './thread-clock.js';

const BATCH_SHARDS = 128;
const BATCH_BYTES = 64 << 20;
/** A search that may be over in its first turn has all of its shards in it. */
const FIRST_BATCH_BYTES = 4 * 2 ** 30;

/** Answers searches over the index of one node. */
export class SearchEngine {
  constructor(
    private readonly store: IndexStore,
    private readonly executor: ShardExecutor,
  ) {
    executor.onDamaged = (shard, reason) => void this.#quarantine(shard, reason);
  }

  /**
   * The last event is `done`, unless the search was aborted.
   * @throws PatternError before the first event when a pattern does not compile; the signal's reason when it aborts
   */
  async *search(request: EngineRequest): AsyncGenerator<EngineEvent> {
    const startedAt = threadClock();
    const compiled = compileQuery(request.expr, request.limits.countedGroup);
    const laborious = isLaborious(compiled);
    const snapshot = await this.store.acquire();
    const plan = planSearch(request.scope, snapshot);
    const degraded = new Map(plan.degraded.map(({ repository, reason }) => [repository, reason]));
    const merger = new ResultMerger(plan.tasks.length, request.limits);
    const quarantines: Promise<void>[] = [];
    const failed = ({ index, failure, corrupt }: { index: number; failure: string; corrupt: boolean }) => {
      const { shard, scope } = plan.tasks[index]!.task;
      degraded.set(scope.repository, `Shard ${shard} could not be searched: ${failure}.`);
      if (corrupt) quarantines.push(this.#quarantine(shard, failure));
    };
    const queue = new ShardQueue(plan, {
      laborious,
      ruledOut: (task) => {
        const isOut = this.executor.rulesOut(task, compiled);
        if (isOut) merger.add(task.index, EMPTY_ANSWER);
        return isOut;
      },
    });
    const run = new SearchRun(this.executor, request, queue, merger, failed, { startedAt, compiled, laborious });
    try {
      yield* run.events();
      // A repair that is asked for by what follows finds the damaged shards out of service.
      await Promise.all(quarantines);
      yield {
        type: 'done',
        summary: {
          ...merger.totals(),
          shardsTotal: plan.tasks.length + plan.missingShards,
          notIndexed: plan.notIndexed,
          degraded: [...degraded].map(([repository, reason]) => ({ repository, reason })),
          skippedFiles: plan.skippedFiles,
        },
      };
    } finally {
      // The files must stay until the last thread has let go of them.
      void run.stop().finally(() => snapshot.release());
    }
  }

  /** What a search in this scope would look at; reads no shard. */
  async explain(scope: SearchScope): Promise<EngineExplanation> {
    const snapshot = await this.store.acquire();
    try {
      const { tasks, notIndexed, degraded } = planSearch(scope, snapshot);
      const byRepository = Map.groupBy(tasks, ({ task }) => task.scope.repository);
      return {
        repositories: [...byRepository].map(([repository, planned]) => ({
          repository,
          shards: planned.map(({ entry }) => ({ shard: entry.id, documents: entry.liveDocuments, contentBytes: entry.contentBytes })),
        })),
        notIndexed,
        degraded,
      };
    } finally {
      snapshot.release();
    }
  }

  close(): Promise<void> {
    return this.executor.close();
  }

  /** A read-only disk must not fail a search. */
  async #quarantine(shard: string, reason: string): Promise<void> {
    await this.store.quarantine(repositoryOfShard(shard), shard, reason).catch(() => undefined);
  }
}

/** The shards of a plan: in the first turn of a search that may be short as many as can be, later about one large shard at a time. */
class ShardQueue implements TaskQueue {
  #next = 0;

  constructor(
    private readonly plan: SearchPlan,
    private readonly how: {
      readonly laborious: boolean;
      /** Answers for the shards that need not be searched. */
      ruledOut(task: ShardTask): boolean;
    },
  ) {}

  get drained(): boolean {
    return this.#next >= this.plan.tasks.length;
  }

  take(): readonly ShardTask[] | undefined {
    const batch: ShardTask[] = [];
    const most = this.#next === 0 && !this.how.laborious ? FIRST_BATCH_BYTES : BATCH_BYTES;
    let bytes = 0;
    while (!this.drained && batch.length < BATCH_SHARDS && bytes < most) {
      const { task, entry } = this.plan.tasks[this.#next++]!;
      if (this.how.ruledOut(task)) continue;
      batch.push(task);
      bytes += entry.contentBytes;
    }
    return batch.length > 0 ? batch : undefined;
  }
}
