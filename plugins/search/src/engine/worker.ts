import { parentPort, workerData } from 'node:worker_threads';
import { type ContentCheck, checkContent, type ShardImage } from '../index/open-shard.js';
import { ShardCorruptError } from '../index/shard-layout.js';
import { BlockingParser } from '../structural/blocking-parser.js';
import { type CompiledQuery, compileQuery } from './compiled-query.js';
import { OpenShards } from './open-shards.js';
import { SearchBudget } from './search-budget.js';
import type { QuerySpec } from './shard-executor.js';
import { type Task, type TaskResult, TaskRunner } from './task-runner.js';
import { threadClock } from './thread-clock.js';
import { lowerThreadPriority } from './thread-priority.js';

export type ToWorker =
  /** `slice`: milliseconds until others have their turn. */
  | { readonly type: 'search'; readonly query: QuerySpec; readonly tasks: readonly Task[]; readonly slice: number }
  | { readonly type: 'forget'; readonly shards: readonly string[] }
  | { readonly type: 'verify'; readonly check: ContentCheck };

export type FromWorker =
  | { readonly type: 'opened'; readonly image: ShardImage }
  | { readonly type: 'results'; readonly results: readonly TaskResult[] }
  | {
      readonly type: 'verified';
      readonly shard: string /** What is left to check. */;
      readonly rest?: ContentCheck;
      readonly failure?: string;
    }
  /**
   * Ready for the next message; `used`: milliseconds of processor time that the last one took, here and in the process that parses.
   * With the last results: a message more is a third of a short search.
   */
  | { readonly type: 'idle'; readonly used: number; readonly results: readonly TaskResult[] };

/** What a thread is started with. */
export interface WorkerSetup {
  /** Above 0: how far the thread gives way to others. */
  readonly nice: number;
}

const POST_EVERY_MS = 20;
const KEPT_QUERIES = 16;
const VERIFY_BYTES = 4 << 20;

const port = parentPort!;
const { nice } = workerData as WorkerSetup;
if (nice > 0) lowerThreadPriority(nice);
const post = (message: FromWorker) => port.postMessage(message);
const runner = new TaskRunner(new OpenShards((image) => post({ type: 'opened', image })));
const parser = new BlockingParser();
/** Compiled queries by id, so that the regexps' machine code survives from batch to batch. */
const compiled = new Map<number, CompiledQuery>();

function compiledOf({ id, expr, limits }: QuerySpec): CompiledQuery {
  const known = compiled.get(id) ?? compileQuery(expr, limits.countedGroup);
  compiled.set(id, known);
  if (compiled.size > KEPT_QUERIES) compiled.delete(compiled.keys().next().value!);
  return known;
}

/** Answers the results that were not sent yet. */
function search(query: QuerySpec, tasks: readonly Task[], slice: number): readonly TaskResult[] {
  const shardQuery = { query: compiledOf(query), want: query.want, limits: query.limits, parser };
  const budget = new SearchBudget(new Int32Array(query.flag), query.deadline, { end: threadClock() + slice });
  let results: TaskResult[] = [];
  let postedAt = performance.now();
  for (const result of runner.runAll(tasks, shardQuery, budget)) {
    results.push(result);
    if (performance.now() - postedAt < POST_EVERY_MS) continue;
    post({ type: 'results', results });
    results = [];
    postedAt = performance.now();
  }
  return results;
}

/** A slice at a time, so that a search never waits long behind it, even on a cold disk. */
function verify(check: ContentCheck): void {
  const shard = check.image.id;
  try {
    post({ type: 'verified', shard, rest: checkContent(check, VERIFY_BYTES) });
  } catch (error) {
    // Any other error says nothing about the shard; it will be checked when it is opened next.
    if (error instanceof ShardCorruptError) post({ type: 'verified', shard, failure: error.message });
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'forget') {
    for (const shard of message.shards) runner.forget(shard);
    return;
  }
  const before = process.threadCpuUsage();
  const waited = parser.waited;
  const results = message.type === 'search' ? search(message.query, message.tasks, message.slice) : [];
  if (message.type === 'verify') verify(message.check);
  const { user, system } = process.threadCpuUsage(before);
  post({ type: 'idle', used: (user + system) / 1_000 + parser.waited - waited, results });
});
