import { BlockingParser } from '../structural/blocking-parser.js';
import type { StructuralParser } from '../structural/contract.js';
import { OpenShards } from './open-shards.js';
import { SearchBudget } from './search-budget.js';
import type { RunningQuery, ShardExecutor } from './shard-executor.js';
import { TaskRunner } from './task-runner.js';
import { threadClock } from './thread-clock.js';

/** Searches on the calling thread, a batch per turn of the event loop: for tests and one-shot programs. */
export class InlineExecutor implements ShardExecutor {
  onDamaged: ShardExecutor['onDamaged'] = () => undefined;
  readonly #runner = new TaskRunner(new OpenShards());

  /** @param sliceMs how long one turn may take, milliseconds; a turn does at least one document */
  constructor(
    private readonly sliceMs = 50,
    private readonly parser: StructuralParser & { close(): Promise<void> } = new BlockingParser(),
  ) {}

  rulesOut(): boolean {
    return false;
  }

  submit(query: RunningQuery): void {
    const { flag, deadline, want, limits } = query.spec;
    const shardQuery = { query: query.compiled, want, limits, parser: this.parser };
    const turn = () => {
      const batch = query.nextBatch();
      if (!batch) return;
      const budget = new SearchBudget(new Int32Array(flag), deadline, { end: threadClock() + this.sliceMs });
      for (const result of this.#runner.runAll(batch, shardQuery, budget)) query.settle(result);
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  abandon(): void {
    // Nothing can be in flight between two turns.
  }

  async close(): Promise<void> {
    this.#runner.close();
    await this.parser.close();
  }
}
