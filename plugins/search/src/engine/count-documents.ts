import { Bitset } from '../index/bitset.js';
import type { Node } from './compiled-query.js';
import type { DocumentCounts } from './document-counts.js';
import type { DocumentEvaluator } from './evaluate-document.js';
import { LiteralCounter, type LoneLiteral } from './literal-counter.js';
import type { PreparedShard } from './prepared-shard.js';
import type { SearchBudget } from './search-budget.js';
import type { ShardDocument } from './shard-document.js';

/** Documents that are counted together. */
const TOGETHER = 512;

export interface Counting {
  readonly prepared: PreparedShard;
  readonly literal: LoneLiteral;
  readonly view: ShardDocument;
  readonly evaluator: DocumentEvaluator;
  readonly budget: SearchBudget;
  readonly counts: DocumentCounts;
  /** False: the search does not look at the document at all. */
  wanted(document: number): boolean;
}

export interface Counted {
  readonly matches: number;
  readonly documents: number;
  /** The document that comes next; -1: all were counted. */
  readonly next: number;
}

/** Counts from a document on, until the shard, the turn or the time is over, exactly what judging one document after another would count. */
export function countDocuments(
  { prepared: { shard, documents, possible }, literal, view, evaluator, budget, counts, wanted }: Counting,
  from: number,
): Counted {
  const { atom, inPath, filters } = literal;
  const candidates = possible.candidatesOf(atom);
  const counter = new LiteralCounter(shard, atom, candidates, budget);
  const holds = (node: Node): boolean => evaluator.holds(node);
  const passes = (document: number): boolean => {
    if (filters.length > 0) evaluator.begin(view.moveTo(document));
    return filters.every(holds);
  };
  const isInPath = (document: number): boolean => {
    const { path } = view.moveTo(document);
    return inPath && atom.matcher.find(path, 0, path.length) !== undefined;
  };
  let matches = 0;
  let found = 0;
  let next = from;
  while (next >= 0) {
    const first = next;
    const together: number[] = [];
    const blobs = new Bitset(shard.blobs);
    for (; next >= 0 && together.length < TOGETHER; next = documents.next(next + 1)) {
      if (!wanted(next) || !passes(next)) continue;
      together.push(next);
      const blob = shard.blobOfDocument[next]!;
      if (shard.searchable.has(next) && (candidates?.blobs.has(blob) ?? true)) blobs.add(blob);
    }
    counter.count(blobs);
    if (budget.stopped) return { matches, documents: found, next: first };
    for (const document of together) {
      const hits = shard.searchable.has(document) ? counter.hits[shard.blobOfDocument[document]!]! : 0;
      if (hits === 0 && !isInPath(document)) continue;
      const count = Math.max(hits, 1);
      matches += count;
      found++;
      counts.add({ path: shard.path(document), language: shard.language(document), kind: hits > 0 ? 'content' : 'path', matches: count });
    }
    if (budget.sliceOver()) break;
  }
  return { matches, documents: found, next };
}
