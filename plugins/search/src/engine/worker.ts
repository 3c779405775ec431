import { parentPort } from 'node:worker_threads';
import { type ShardImage, verifyContent } from '../index/open-shard.js';
import { ShardCorruptError } from '../index/shard-layout.js';
import { type CompiledQuery, compileQuery } from './compiled-query.js';
import { SearchBudget } from './search-budget.js';
import type { QuerySpec } from './shard-executor.js';
import { type Task, type TaskResult, TaskRunner } from './task-runner.js';

export type ToWorker =
  | { readonly type: 'search'; readonly query: QuerySpec; readonly tasks: readonly Task[] }
  | { readonly type: 'forget'; readonly shards: readonly string[] }
  | { readonly type: 'verify'; readonly image: ShardImage };

export type FromWorker =
  | { readonly type: 'opened'; readonly image: ShardImage }
  | { readonly type: 'results'; readonly results: readonly TaskResult[] }
  | { readonly type: 'verified'; readonly shard: string; readonly failure?: string }
  /** Ready for the next message. */
  | { readonly type: 'idle' };

const POST_EVERY_MS = 20;
const KEPT_QUERIES = 16;

const port = parentPort!;
const post = (message: FromWorker) => port.postMessage(message);
const runner = new TaskRunner((image) => post({ type: 'opened', image }));
/** Compiled queries by id, so that the regexps' machine code survives from batch to batch. */
const compiled = new Map<number, CompiledQuery>();

function compiledOf({ id, expr }: QuerySpec): CompiledQuery {
  const known = compiled.get(id) ?? compileQuery(expr);
  compiled.set(id, known);
  if (compiled.size > KEPT_QUERIES) compiled.delete(compiled.keys().next().value!);
  return known;
}

function search(query: QuerySpec, tasks: readonly Task[]): void {
  const shardQuery = { query: compiledOf(query), want: query.want, limits: query.limits };
  const budget = new SearchBudget(new Int32Array(query.flag), query.deadline);
  let results: TaskResult[] = [];
  let postedAt = performance.now();
  for (const result of runner.runAll(tasks, shardQuery, budget)) {
    results.push(result);
    if (performance.now() - postedAt < POST_EVERY_MS) continue;
    post({ type: 'results', results });
    results = [];
    postedAt = performance.now();
  }
  if (results.length > 0) post({ type: 'results', results });
}

function verify(image: ShardImage): void {
  try {
    verifyContent(image);
    post({ type: 'verified', shard: image.id });
  } catch (error) {
    if (error instanceof ShardCorruptError) post({ type: 'verified', shard: image.id, failure: error.message });
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'forget') {
    for (const shard of message.shards) runner.forget(shard);
    return;
  }
  if (message.type === 'search') search(message.query, message.tasks);
  else verify(message.image);
  post({ type: 'idle' });
});
