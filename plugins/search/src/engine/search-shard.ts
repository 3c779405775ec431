import type { BranchMasks } from '../index/branch-masks.js';
import type { Shard } from '../index/shard.js';
import type { StructuralParser, UnparsedFiles } from '../structural/contract.js';
import { assembleChunks, countCodePoints, PositionCounter } from './assemble-chunks.js';
import type { CompiledQuery } from './compiled-query.js';
import type { EngineCapture, EngineCounts, EngineDocument, EngineSymbol, SearchLimits } from './contract.js';
import { countDocuments } from './count-documents.js';
import { type CountedDocument, DocumentCounts } from './document-counts.js';
import type { DocumentView } from './document-view.js';
import { DocumentEvaluator, type DocumentHits } from './evaluate-document.js';
import { groupValuesOf } from './group-values-of.js';
import { loneLiteral } from './literal-counter.js';
import type { PreparedShard } from './prepared-shard.js';
import { rankedQuery } from './ranked-query.js';
import { type RankFeatures, type RepositoryRank, rankFeatures, scoreOf } from './score-document.js';
import type { SearchBudget } from './search-budget.js';
import { ShardDocument } from './shard-document.js';

/** One repository as a shard is searched for it. */
export interface RepositoryScope extends RepositoryRank {
  readonly repository: number;
  /** The branches to look in; a document is answered once, with those of them that hold it. */
  readonly branches: readonly { readonly name: string; readonly commit: string; readonly bit: number }[];
}

export interface ShardQuery {
  readonly query: CompiledQuery;
  readonly want: 'content' | 'path' | 'symbol';
  readonly limits: Omit<SearchLimits, 'deadline'>;
  readonly parser: StructuralParser;
}

export interface CollectedDocument {
  readonly document: EngineDocument;
  /** Matches that the same answer counts before this document: it is taken only if there is room behind them. */
  readonly before: number;
}

/** Plain data: it crosses threads. */
export interface ShardAnswer {
  /** Best first. */
  readonly documents: readonly CollectedDocument[];
  readonly matchCount: number;
  readonly documentCount: number;
  /** There were more matches than were collected, or than could be counted. */
  readonly limitHit: boolean;
  /** False: time ran out, or the search was aborted, before the last document. */
  readonly complete: boolean;
  /** Every document was looked at. */
  readonly exhausted: boolean;
  /** As in EngineEvent. */
  readonly counts?: EngineCounts;
  /** The turn ended here: the rest of the shard, from this document on, is still to be searched. */
  readonly resumeAt?: number;
  /** Of a scan: files known by path only, by reason. */
  readonly skippedFiles?: Readonly<Record<string, number>>;
  /** As in EngineSummary. */
  readonly unparsed?: readonly UnparsedFiles[];
}

/** A document that matches, before its lines are cut out. */
interface Found {
  readonly document: number;
  readonly hits: DocumentHits;
  readonly score: number;
  readonly features: RankFeatures | undefined;
  readonly groupValues: EngineDocument['groupValues'];
  readonly before: number;
}

export const EMPTY_ANSWER: ShardAnswer = {
  documents: [],
  matchCount: 0,
  documentCount: 0,
  limitHit: false,
  complete: true,
  exhausted: true,
};

/**
 * Searches one shard. Documents are visited in their static order; what is collected is scored, and only the best
 * `maxDocuments` are assembled.
 * @param room matches to collect, when other shards have taken some already; beyond it they are only counted
 * @param from the document at which the turn before ended
 * @throws ShardCorruptError or RangeError when the shard's bytes turn out to be damaged
 */
export function searchShard(
  prepared: PreparedShard,
  masks: BranchMasks,
  scope: RepositoryScope,
  { query, want, limits, parser }: ShardQuery,
  budget: SearchBudget,
  room = limits.maxMatches,
  from = 0,
): ShardAnswer {
  const { shard, root, possible, documents, languages } = prepared;
  const view = new ShardDocument(shard, scope.repository, possible);
  const evaluator = new DocumentEvaluator(root, want, budget, parser);
  const ranked = rankedQuery(query.atoms);
  const wanted = branchMask(scope);
  const found: Found[] = [];
  const counts = new DocumentCounts(scope.repository);
  let matchCount = 0;
  let documentCount = 0;
  let limitHit = false;
  let resumeAt: number | undefined;
  const first = documents.next(from);
  let document = first;
  const isWanted = (one: number): boolean =>
    ((masks.low[one]! & wanted.low) | (masks.high[one]! & wanted.high)) !== 0 && shard.skip(one) !== 'ignored';
  const literal = limits.counts && want === 'content' ? loneLiteral(root, query) : undefined;
  for (; document >= 0; document = documents.next(document + 1)) {
    if (literal && found.length >= limits.maxDocuments) {
      const rest = countDocuments({ prepared, literal, view, evaluator, budget, counts, wanted: isWanted }, document);
      matchCount += rest.matches;
      documentCount += rest.documents;
      document = rest.next;
      if (document >= 0 && !budget.stopped) resumeAt = document;
      break;
    }
    if (!isWanted(document)) continue;
    const language = shard.languageOfDocument[document]!;
    if (limits.firstOf === 'language' && languages.has(language)) continue;
    if (limits.firstOf === 'repository' && languages.size > 0) {
      document = -1;
      break;
    }
    if (budget.spent()) break;
    view.moveTo(document);
    if (budget.tooLarge(view.length) || (document > first && budget.sliceOver())) {
      resumeAt = document;
      break;
    }
    const hits = evaluator.evaluate(view);
    if (!hits) continue;
    languages.add(language);
    const before = matchCount;
    const left = room - before;
    matchCount += hits.count;
    documentCount++;
    if (limits.counts && found.length >= limits.maxDocuments) counts.add(counted(view, hits));
    else if (left > 0) {
      const features = limits.scores === false ? undefined : rankFeatures(view, hits, ranked, scope);
      const groupValues = query.capture && groupValuesOf(view, hits, query.capture, budget);
      found.push({ document, hits: trimmed(hits, left), score: features ? scoreOf(features) : 0, features, groupValues, before });
    }
    if (matchCount <= room) continue;
    limitHit = true;
    if (!limits.countAll) break;
  }
  found.sort((a, b) => b.score - a.score || a.document - b.document);
  if (found.length > limits.maxDocuments) limitHit = true;
  const best = found.slice(0, limits.maxDocuments);
  const assembled = best.map((item) => ({
    before: item.before,
    document: assemble(shard, masks, scope, view.moveTo(item.document), item, limits),
  }));
  const complete = budget.stopped === undefined;
  return {
    documents: assembled,
    matchCount,
    documentCount,
    limitHit,
    complete,
    exhausted: complete && document < 0,
    resumeAt,
    ...(counts.documents > 0 ? { counts: counts.told() } : {}),
    ...evaluator.unparsed.list(),
  };
}

function counted(view: DocumentView, { content, count }: DocumentHits): CountedDocument {
  return { path: view.path.toString(), language: view.language, kind: content.length > 0 ? 'content' : 'path', matches: count };
}

function branchMask(scope: RepositoryScope): { low: number; high: number } {
  let low = 0;
  let high = 0;
  for (const { bit } of scope.branches) {
    if (bit < 32) low |= 1 << bit;
    else high |= 1 << (bit - 32);
  }
  return { low, high };
}

/** The first hits only; the count stays. */
function trimmed(hits: DocumentHits, room: number): DocumentHits {
  const content = hits.content.length > room * 2 ? hits.content.slice(0, room * 2) : hits.content;
  const symbols = hits.symbols.length > room ? hits.symbols.slice(0, room) : hits.symbols;
  return { ...hits, content, symbols, terms: [] };
}

function assemble(
  shard: Shard,
  masks: BranchMasks,
  scope: RepositoryScope,
  view: ShardDocument,
  { document, hits, score, features, groupValues }: Found,
  limits: ShardQuery['limits'],
): EngineDocument {
  const low = masks.low[document]!;
  const high = masks.high[document]!;
  const branches = scope.branches.filter(({ bit }) => (bit < 32 ? (low >>> bit) & 1 : (high >>> (bit - 32)) & 1));
  return {
    repository: scope.repository,
    path: shard.path(document),
    branches: branches.map(({ name }) => name),
    commit: branches[0]!.commit,
    blob: shard.oid(view.blob),
    language: view.language,
    ...presentHits(view, hits, limits),
    ...(groupValues ? { groupValues } : {}),
    score,
    features: { ...features },
  };
}

/** The part of an answer that shows the hits. */
export function presentHits(
  view: DocumentView,
  hits: DocumentHits,
  { contextLines, lines = true }: ShardQuery['limits'],
): Pick<EngineDocument, 'chunks' | 'captures' | 'inContent' | 'pathRanges' | 'symbols' | 'matchCount'> {
  const inContent = hits.content.length > 0;
  return {
    chunks: inContent && lines ? assembleChunks(view, hits.content, contextLines) : [],
    ...(lines && hits.captures.length > 0 ? { captures: presentCaptures(view, hits) } : {}),
    ...(inContent && !lines ? { inContent } : {}),
    pathRanges: pairs(hits.path).map(([start, end]) => {
      const from = countCodePoints(view.path.toString('utf8', 0, start));
      return [from, from + countCodePoints(view.path.toString('utf8', start, end))] as const;
    }),
    symbols: presentSymbols(view, hits),
    matchCount: hits.count,
  };
}

/** Those inside the hits that are shown. */
function presentCaptures(view: DocumentView, { captures, content }: DocumentHits): EngineCapture[] {
  const positions = new PositionCounter(view);
  const end = content.at(-1) ?? 0;
  return captures
    .filter((capture) => capture.end <= end)
    .map(({ name, text, start, end: stop }) => ({ name, text, range: { start: positions.at(start), end: positions.at(stop) } }));
}

function presentSymbols(view: DocumentView, { symbols }: DocumentHits): EngineSymbol[] {
  if (symbols.length === 0) return [];
  const all = view.symbols();
  const content = view.content();
  return symbols.map(({ name, kind, start, container }) => {
    const lineStart = content.lastIndexOf(0x0a, start - 1) + 1;
    const column = countCodePoints(content.toString('utf8', start > 0 ? lineStart : 0, start));
    return { name, kind, container: container < 0 ? undefined : all.at(container).name, line: view.lineAt(start), column };
  });
}

function pairs(flat: readonly number[]): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2]!, flat[index * 2 + 1]!]);
}
