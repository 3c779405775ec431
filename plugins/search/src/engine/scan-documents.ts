import { compileQuery } from './compiled-query.js';
import type { EngineEvent } from './contract.js';
import { isLaborious } from './laborious.js';
import { ResultMerger } from './result-merger.js';
import { ScanBatches } from './scan-batches.js';
import type { ScanInput, ScanRequest } from './scan-request.js';
import { SearchRun } from './search-run.js';
import type { ShardExecutor } from './shard-executor.js';
import { threadClock } from './thread-clock.js';

/**
 * Searches documents as they come, on the executor's threads, with the evaluation, limits and ranking of the index: over
 * the same tree both find the same. Leaves the stream when a limit is reached or the deadline passes. In its summary a
 * shard is a batch of documents.
 * @throws PatternError before the first event when a pattern does not compile; what the stream of documents throws
 */
export async function* scanDocuments(
  request: ScanRequest,
  documents: AsyncIterable<ScanInput>,
  executor: ShardExecutor,
): AsyncGenerator<EngineEvent> {
  const startedAt = threadClock();
  const compiled = compileQuery(request.expr, request.limits.countedGroup);
  const laborious = isLaborious(compiled);
  const merger = new ResultMerger(Number.POSITIVE_INFINITY, request.limits);
  const batches = new ScanBatches(request);
  const failures: string[] = [];
  const run = new SearchRun(executor, request, batches, merger, ({ failure }) => failures.push(failure), {
    startedAt,
    compiled,
    laborious,
  });
  let broken: { readonly error: unknown } | undefined;
  // Not awaited: a slow source must not hold up an answer whose deadline has passed.
  void feed(documents, batches, run, merger).catch((error: unknown) => {
    broken = { error };
    batches.abandon();
    run.nudge();
  });
  try {
    yield* run.events();
    if (broken) throw broken.error;
    yield {
      type: 'done',
      summary: {
        ...merger.totals(),
        shardsTotal: batches.made,
        notIndexed: [],
        degraded:
          failures.length === 0 ? [] : [{ repository: request.repository.id, reason: `Some files could not be searched: ${failures[0]}.` }],
        skippedFiles: merger.skippedFiles,
      },
    };
  } finally {
    void run.stop();
    batches.abandon();
  }
}

/** Packs the stream into batches until it ends or nobody wants more of it. */
async function feed(documents: AsyncIterable<ScanInput>, batches: ScanBatches, run: SearchRun, merger: ResultMerger): Promise<void> {
  for await (const document of documents) {
    if (run.ended || run.overdue || merger.full) return;
    if (!batches.add(document)) continue;
    run.offer();
    await batches.room();
  }
  batches.close();
  merger.expect(batches.made);
  run.offer();
  run.nudge();
}
