import { setImmediate as nextTurn } from 'node:timers/promises';
import { DEFAULT_LIMITS, type DocumentLimits, type SkipReason, skipByContent } from '../index/skip-reason.js';
import type { ExtractSymbols } from '../index/symbols/code-symbol.js';
import { type CompiledQuery, compileQuery, forRepository } from './compiled-query.js';
import type { EngineDocument, EngineEvent, EngineRequest } from './contract.js';
import { DocumentEvaluator } from './evaluate-document.js';
import { ResultMerger } from './result-merger.js';
import { ScannedDocument } from './scanned-document.js';
import { type RepositoryRank, rankFeatures, scoreOf } from './score-document.js';
import { SearchBudget } from './search-budget.js';
import { presentHits, type ShardAnswer } from './search-shard.js';

/** A search in one revision of one repository, without an index. */
export interface ScanRequest extends Pick<EngineRequest, 'expr' | 'limits' | 'want' | 'signal'> {
  readonly repository: { readonly id: number } & RepositoryRank;
  /** The revision as the user named it, and the commit it stands for. */
  readonly revision: string;
  readonly commit: string;
  readonly languageOf: (path: string) => string | undefined;
  readonly extractSymbols: ExtractSymbols;
  /** The same limits as in the index, so that both give the same answers. */
  readonly documentLimits?: DocumentLimits;
  readonly isLarge?: (path: string) => boolean;
}

export interface ScanInput {
  readonly path: string;
  readonly oid: string;
  /** Without it the file is known by path only, for the reason in `skip`. */
  readonly content?: Buffer;
  readonly skip?: SkipReason;
}

const FLUSH_MS = 100;
const TURN_MS = 10;

/**
 * Searches documents as they come, with the evaluation, limits and ranking of the index: over the same tree both find
 * the same. Runs on the calling thread and gives the event loop a turn every 10 ms.
 * @throws PatternError before the first event, when a pattern does not compile
 */
export async function* scanDocuments(request: ScanRequest, documents: AsyncIterable<ScanInput>): AsyncGenerator<EngineEvent> {
  const { limits, signal } = request;
  const scanner = new Scanner(request, Date.now() + limits.deadline);
  const merger = new ResultMerger(Number.POSITIVE_INFINITY, limits);
  let flushAt = Date.now() + FLUSH_MS;
  let turnAt = Date.now() + TURN_MS;
  let windows = 0;
  for await (const document of documents) {
    signal?.throwIfAborted();
    scanner.scan(document);
    const now = Date.now();
    if (now >= turnAt) {
      await nextTurn();
      turnAt = Date.now() + TURN_MS;
    }
    if (scanner.finished) break;
    if (now < flushAt) continue;
    merger.add(windows++, scanner.takeAnswer());
    yield { type: 'documents', documents: merger.take() };
    yield { type: 'progress', matchCount: merger.matchCount, shardsDone: 0, shardsTotal: 1 };
    flushAt = Date.now() + FLUSH_MS;
  }
  signal?.throwIfAborted();
  merger.add(windows, scanner.takeAnswer());
  yield { type: 'documents', documents: merger.take() };
  yield {
    type: 'done',
    summary: {
      matchCount: merger.matchCount,
      documentCount: merger.documentCount,
      shardsTotal: 1,
      shardsDone: scanner.timedOut ? 0 : 1,
      limitHit: merger.limitHit,
      timedOut: scanner.timedOut,
      notIndexed: [],
      degraded: [],
      skippedFiles: scanner.skippedFiles,
    },
  };
}

class Scanner {
  readonly skippedFiles: Record<string, number> = {};
  readonly #query: CompiledQuery;
  readonly #evaluator: DocumentEvaluator;
  readonly #budget: SearchBudget;
  #documents: EngineDocument[] = [];
  #matchCount = 0;
  #documentCount = 0;
  #collected = 0;
  #shown = 0;
  #limitHit = false;

  constructor(
    private readonly request: ScanRequest,
    deadline: number,
  ) {
    this.#query = compileQuery(request.expr);
    this.#budget = new SearchBudget(new Int32Array(1), deadline);
    this.#evaluator = new DocumentEvaluator(forRepository(this.#query.root, request.repository.id), request.want, this.#budget);
  }

  get timedOut(): boolean {
    return this.#budget.stopped !== undefined;
  }

  get finished(): boolean {
    return this.#budget.spent() || (this.#limitHit && this.#collected >= this.request.limits.maxMatches && !this.request.limits.countAll);
  }

  scan({ path, oid, content, skip }: ScanInput): void {
    const { request } = this;
    const reason =
      skip || (content ? skipByContent(content, request.isLarge?.(path) ?? false, request.documentLimits ?? DEFAULT_LIMITS) : 'missing');
    if (reason) this.skippedFiles[reason] = (this.skippedFiles[reason] ?? 0) + 1;
    if (reason === 'ignored') return;
    const language = request.languageOf(path);
    const document = new ScannedDocument(
      request.repository.id,
      path,
      language,
      reason ? Buffer.alloc(0) : content!,
      !reason,
      request.extractSymbols,
    );
    const hits = this.#evaluator.evaluate(document);
    if (!hits) return;
    const room = request.limits.maxMatches - this.#collected;
    if (room <= 0) this.#limitHit = true;
    if (room <= 0 && !request.limits.countAll) return;
    this.#matchCount += hits.count;
    this.#documentCount++;
    this.#collected += hits.count;
    if (room <= 0) return;
    if (hits.count > room || this.#shown >= request.limits.maxDocuments) this.#limitHit = true;
    if (this.#shown++ >= request.limits.maxDocuments) return;
    const patterns = this.#query.atoms.filter(({ shown }) => shown);
    this.#documents.push({
      repository: request.repository.id,
      path,
      branches: [request.revision],
      commit: request.commit,
      blob: oid,
      language,
      ...presentHits(document, hits, request.limits.contextLines),
      score: scoreOf(rankFeatures(document, hits, patterns, request.repository)),
    });
  }

  /** What was found since the last call. */
  takeAnswer(): ShardAnswer {
    const answer = {
      documents: this.#documents,
      matchCount: this.#matchCount,
      documentCount: this.#documentCount,
      limitHit: this.#limitHit,
      complete: !this.timedOut,
    };
    this.#documents = [];
    this.#matchCount = 0;
    this.#documentCount = 0;
    return answer;
  }
}
