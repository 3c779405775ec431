import type { BranchMasks } from '../index/branch-masks.js';
import { readMasks } from '../index/live-shard.js';
import type { ShardImage } from '../index/open-shard.js';
import type { Shard } from '../index/shard.js';
import { ShardCorruptError } from '../index/shard-layout.js';
import type { CompiledQuery } from './compiled-query.js';
import { type PreparedShard, prepareShard } from './prepared-shard.js';
import { type ScanTask, scanBatch } from './scan-batch.js';
import type { SearchBudget } from './search-budget.js';
import { EMPTY_ANSWER, type RepositoryScope, type ShardAnswer, type ShardQuery, searchShard } from './search-shard.js';

/** One shard to search for one query. */
export interface ShardTask {
  /** Position among the query's tasks. */
  readonly index: number;
  readonly folder: string;
  readonly shard: string;
  /** Generation of the mask overlay; 0: none. */
  readonly masks: number;
  readonly scope: RepositoryScope;
  /** Matches that can still be collected; beyond it they are only counted. */
  readonly room?: number;
  /** The document at which the turn before ended. */
  readonly from?: number;
  /** The opened shard, when another thread has opened it before. */
  readonly image?: ShardImage;
}

export type Task = ShardTask | ScanTask;

export type TaskResult =
  | { readonly index: number; readonly answer: ShardAnswer }
  /** `corrupt`: the shard itself is at fault and goes to quarantine. */
  | { readonly index: number; readonly failure: string; readonly corrupt: boolean }
  /** The search ended before the shard did. */
  | { readonly index: number; readonly abandoned: true }
  /** The thread's turn was over before it came to this task. */
  | { readonly index: number; readonly postponed: true };

/** Where a runner has its shards from. */
export interface ShardSource {
  /** @throws ShardCorruptError when it cannot be read */
  get(task: ShardTask): Shard;
  forget(shard: string): void;
  close(): void;
}

/** Does the tasks of one thread. */
export class TaskRunner {
  /** The last shard of each query. */
  readonly #prepared = new WeakMap<CompiledQuery, PreparedShard>();
  readonly #masks = new Map<string, { generation: number; masks: BranchMasks }>();

  constructor(private readonly shards: ShardSource) {}

  /**
   * Does tasks in order. What one collects is room that the next has no more; when none is left and nothing needs to be
   * counted, the rest is abandoned.
   */
  *runAll(tasks: readonly Task[], query: ShardQuery, budget: SearchBudget): Generator<TaskResult> {
    let taken = 0;
    let done = 0;
    for (const task of tasks) {
      if (done++ > 0 && budget.sliceOver()) {
        yield { index: task.index, postponed: true };
        continue;
      }
      const left = (task.room ?? query.limits.maxMatches) - taken;
      // Only a match too many tells that there is more than fits.
      if (left < 0 && !query.limits.countAll) {
        yield { index: task.index, abandoned: true };
        continue;
      }
      const result = this.#run({ ...task, room: Math.max(left, 0) }, query, budget);
      if ('answer' in result) taken += result.answer.matchCount;
      yield result;
    }
  }

  #run(task: Task, query: ShardQuery, budget: SearchBudget): TaskResult {
    const { index } = task;
    try {
      return { index, answer: 'shard' in task ? this.#search(task, query, budget) : scanBatch(task, query, budget) };
    } catch (error) {
      if (!('shard' in task)) return { index, failure: (error as Error).message, corrupt: false };
      this.forget(task.shard);
      // A list that leaves its bounds is a RangeError of the decoder: the bytes changed after the shard was opened.
      return { index, failure: (error as Error).message, corrupt: error instanceof ShardCorruptError || error instanceof RangeError };
    }
  }

  #search(task: ShardTask, query: ShardQuery, budget: SearchBudget): ShardAnswer {
    const shard = this.shards.get(task);
    if (shard.meta.repository.id !== task.scope.repository)
      throw new ShardCorruptError(`it belongs to repository ${shard.meta.repository.id}`);
    const prepared = this.#prepare(shard, task.scope, query.query);
    if (!prepared) return EMPTY_ANSWER;
    return searchShard(prepared, this.#masksOf(task, shard), task.scope, query, budget, task.room, task.from);
  }

  /** What the turn before has worked out, when it ended in the same shard. */
  #prepare(shard: Shard, scope: RepositoryScope, query: CompiledQuery): PreparedShard | undefined {
    const known = this.#prepared.get(query);
    if (known?.shard === shard && known.repository === scope.repository) return known;
    const prepared = prepareShard(shard, scope.repository, query);
    if (prepared) this.#prepared.set(query, prepared);
    return prepared;
  }

  forget(id: string): void {
    this.shards.forget(id);
    this.#masks.delete(id);
  }

  close(): void {
    this.shards.close();
  }

  #masksOf(task: ShardTask, shard: Shard): BranchMasks {
    if (task.masks === 0) return shard.masks;
    const known = this.#masks.get(task.shard);
    if (known?.generation === task.masks) return known.masks;
    const masks = readMasks(shard.image, { id: task.shard, masks: task.masks })!;
    this.#masks.set(task.shard, { generation: task.masks, masks });
    return masks;
  }
}
