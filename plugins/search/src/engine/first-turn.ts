import type { StructuralParser } from '../structural/contract.js';
import { SearchBudget } from './search-budget.js';
import type { RunningQuery } from './shard-executor.js';
import type { ShardImages } from './shard-images.js';
import { type Task, TaskRunner } from './task-runner.js';
import { threadClock } from './thread-clock.js';

/** How long the event loop is held for one search, milliseconds. */
const TURN_MS = 4;
/** A document that alone might take longer than the turn is left to a thread. */
const MOST_BYTES = 2 << 20;

/** What parses is laborious, and never comes here. */
const NO_PARSER: StructuralParser = {
  find: () => {
    throw new Error('A search that parses has no first turn.');
  },
};

/**
 * The first turn of a search, on the thread that asks for it: most searches are over in less time than it takes to wake another
 * thread and to copy what it has found. Looks only into shards that are open already.
 */
export class FirstTurn {
  readonly #runner: TaskRunner;

  constructor(
    private readonly images: ShardImages,
    private readonly turnMs = TURN_MS,
  ) {
    this.#runner = new TaskRunner(images);
  }

  /** Answers the milliseconds it took, 0 when this is nothing for it, and whether something is left. */
  take(query: RunningQuery): { readonly used: number; readonly left: boolean } {
    const { laborious, want, limits, flag, deadline } = query.spec;
    if (laborious || want === 'symbol') return { used: 0, left: true };
    const startedAt = threadClock();
    const end = startedAt + this.turnMs;
    const budget = new SearchBudget(new Int32Array(flag), deadline, { end, mostBytes: MOST_BYTES });
    const shardQuery = { query: query.compiled, want, limits, parser: NO_PARSER };
    let left = false;
    while (!left) {
      const batch = query.nextBatch();
      if (!batch) break;
      const open: Task[] = [];
      for (const task of batch) {
        if (this.#isOpen(task)) open.push(task);
        else query.settle({ index: task.index, postponed: true });
      }
      left = open.length < batch.length;
      for (const result of this.#runner.runAll(open, shardQuery, budget)) {
        left ||= 'postponed' in result || ('answer' in result && result.answer.resumeAt !== undefined);
        query.settle(result);
      }
      left ||= threadClock() > end;
    }
    return { used: threadClock() - startedAt, left };
  }

  forget(shard: string): void {
    this.#runner.forget(shard);
  }

  close(): void {
    this.#runner.close();
  }

  #isOpen(task: Task): boolean {
    return 'shard' in task && this.images.resident(task.shard) !== undefined;
  }
}
