import type { DocumentLimits, SkipReason } from '../index/skip-reason.js';
import { compileQuery } from './compiled-query.js';
import type { EngineEvent } from './contract.js';
import { isLaborious } from './laborious.js';
import { ResultMerger } from './result-merger.js';
import { ScanBatches } from './scan-batches.js';
import type { RepositoryRank } from './score-document.js';
import { type RunRequest, SearchRun } from './search-run.js';
import type { ShardExecutor } from './shard-executor.js';

/** A search in one revision of one repository, without an index. */
export interface ScanRequest extends RunRequest {
  readonly repository: { readonly id: number } & RepositoryRank;
  /** The revision as the user named it, and the commit it stands for. */
  readonly revision: string;
  readonly commit: string;
  readonly languageOf: (path: string) => string | undefined;
  /** The same limits and exceptions as in the index, so that both give the same answers. */
  readonly documentLimits?: DocumentLimits;
  readonly isLarge?: (path: string) => boolean;
}

export interface ScanInput {
  readonly path: string;
  readonly oid: string;
  /** Copied before the next document is asked for. Without it the file is known by path only, for the reason in `skip`. */
  readonly content?: Buffer;
  readonly skip?: SkipReason;
}

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
  const startedAt = Date.now();
  const laborious = isLaborious(compileQuery(request.expr));
  const merger = new ResultMerger(Number.POSITIVE_INFINITY, request.limits);
  const batches = new ScanBatches(request);
  const failures: string[] = [];
  const run = new SearchRun(executor, request, batches, merger, ({ failure }) => failures.push(failure), { startedAt, laborious });
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
