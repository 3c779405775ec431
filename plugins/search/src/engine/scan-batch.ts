import { type DocumentLimits, type SkipReason, skipByContent } from '../index/skip-reason.js';
import type { CodeSymbol } from '../index/symbols/code-symbol.js';
import { forRepository } from './compiled-query.js';
import { DocumentEvaluator } from './evaluate-document.js';
import { groupValuesOf } from './group-values-of.js';
import { rankedQuery } from './ranked-query.js';
import { ScannedDocument } from './scanned-document.js';
import { type RepositoryRank, rankFeatures, scoreOf } from './score-document.js';
import type { SearchBudget } from './search-budget.js';
import { type CollectedDocument, presentHits, type ShardAnswer, type ShardQuery } from './search-shard.js';

/** What is the same for all documents of a scan; plain data. */
export interface ScanScope extends RepositoryRank {
  readonly repository: number;
  /** The revision as the user named it, and the commit it stands for. */
  readonly revision: string;
  readonly commit: string;
  readonly documentLimits: DocumentLimits;
}

export interface ScanDocument {
  readonly path: string;
  readonly oid: string;
  readonly language: string | undefined;
  /** Named by `largeFiles`: its size is no reason to skip it. */
  readonly large: boolean;
  /** Why its content is not here; '' when it is. */
  readonly skip: SkipReason;
  /** Its definitions, where they were read before. */
  readonly symbols?: readonly CodeSymbol[] | undefined;
  /** Its bytes in the batch. */
  readonly start: number;
  readonly end: number;
}

/** Documents that are searched without an index; their bytes stand one after another in a shared buffer. */
export interface ScanTask {
  readonly index: number;
  readonly scope: ScanScope;
  readonly documents: readonly ScanDocument[];
  readonly bytes: SharedArrayBuffer;
  /** Matches that can still be collected; beyond it they are only counted. */
  readonly room?: number;
}

/** Searches a batch with the same evaluation, limits and ranking as a shard. */
export function scanBatch(task: ScanTask, { query, want, limits, parser }: ShardQuery, budget: SearchBudget): ShardAnswer {
  const { scope, room = limits.maxMatches } = task;
  const evaluator = new DocumentEvaluator(forRepository(query.root, scope.repository), want, budget, parser);
  const ranked = rankedQuery(query.atoms);
  const documents: CollectedDocument[] = [];
  const skippedFiles: Record<string, number> = {};
  let matchCount = 0;
  let documentCount = 0;
  let limitHit = false;
  for (const { path, oid, language, large, skip, symbols, start, end } of task.documents) {
    if (budget.spent()) break;
    const content = Buffer.from(task.bytes, start, end - start);
    const reason = skip || skipByContent(content, large, scope.documentLimits);
    if (reason) skippedFiles[reason] = (skippedFiles[reason] ?? 0) + 1;
    if (reason === 'ignored') continue;
    const document = new ScannedDocument(scope.repository, path, language, content, !reason, symbols);
    const hits = evaluator.evaluate(document);
    if (!hits) continue;
    if (matchCount > room && !limits.countAll) break;
    const collecting = matchCount < room && documents.length < limits.maxDocuments;
    const before = matchCount;
    matchCount += hits.count;
    documentCount++;
    if (!collecting) continue;
    const features = limits.scores === false ? undefined : rankFeatures(document, hits, ranked, scope);
    const groupValues = query.capture && groupValuesOf(document, hits, query.capture, budget);
    documents.push({
      before,
      document: {
        repository: scope.repository,
        path,
        branches: [scope.revision],
        commit: scope.commit,
        blob: oid,
        language,
        ...presentHits(document, hits, limits),
        ...(groupValues ? { groupValues } : {}),
        score: features ? scoreOf(features) : 0,
        features: { ...features },
      },
    });
  }
  limitHit ||= documents.length < documentCount || matchCount > room;
  const complete = budget.stopped === undefined;
  return { documents, matchCount, documentCount, limitHit, complete, exhausted: complete, skippedFiles, ...evaluator.unparsed.list() };
}
