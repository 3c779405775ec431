import type { CompiledQuery } from './compiled-query.js';
import type { DocExpr } from './contract.js';
import type { ShardQuery } from './search-shard.js';
import type { ShardTask, Task, TaskResult } from './task-runner.js';

/** A query as threads receive it: plain data. */
export interface QuerySpec {
  readonly id: number;
  readonly expr: DocExpr;
  readonly want: ShardQuery['want'];
  readonly limits: ShardQuery['limits'];
  /** Sure to take long. */
  readonly laborious: boolean;
  /** One Int32: 1 means stop. */
  readonly flag: SharedArrayBuffer;
  /** Of `threadClock`, milliseconds. */
  readonly deadline: number;
}

/** A query in execution. The executor pulls work when a thread is free, so that queries share the threads fairly. */
export interface RunningQuery {
  readonly spec: QuerySpec;
  /** The same, compiled for the thread that asks. */
  readonly compiled: CompiledQuery;
  /** The next tasks for one thread; undefined: nothing left until it is submitted again. */
  nextBatch(): readonly Task[] | undefined;
  /** Called once per task. */
  settle(result: TaskResult): void;
}

export interface ShardExecutor {
  /** Hears of a shard whose content was found damaged outside of any query. */
  onDamaged: (shard: string, reason: string) => void;
  /** True when it is known, without reading, that nothing in the task's shard matches. */
  rulesOut(task: ShardTask, query: CompiledQuery): boolean;
  submit(query: RunningQuery): void;
  /** Takes a query's remaining work back; a thread that is stuck in it is replaced. Its tasks in flight are settled as abandoned. */
  abandon(query: RunningQuery): void;
  close(): Promise<void>;
}
