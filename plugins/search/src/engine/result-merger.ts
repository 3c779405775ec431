import type { EngineDocument, EngineSummary, SearchLimits } from './contract.js';
import type { ShardAnswer } from './search-shard.js';

/**
 * Merges the answers of shards into one. Matches are taken shard by shard in the order of the plan, whatever order the
 * threads answer in, so the same search over the same index collects the same documents; those held are given out best first.
 */
export class ResultMerger {
  matchCount = 0;
  documentCount = 0;
  shardsDone = 0;
  limitHit = false;
  /** Files known by path only, by reason, as scans tell them. */
  readonly skippedFiles: Record<string, number> = {};
  /** Some shard ran out of time. */
  #incomplete = false;
  /** Shards that answered or failed. */
  #settled = 0;
  readonly #waiting = new Map<number, ShardAnswer | undefined>();
  #held: EngineDocument[] = [];
  #next = 0;
  #collected = 0;
  #given = 0;

  /** @param shards their number; a scan, whose batches come as they come, corrects it with `expect` */
  constructor(
    private shards: number,
    private readonly limits: SearchLimits,
  ) {}

  /** Nothing more will be taken or counted. */
  get full(): boolean {
    return !this.limits.countAll && this.#collected >= this.limits.maxMatches;
  }

  /** Sets the number of shards once it is known. */
  expect(shards: number): void {
    this.shards = shards;
  }

  add(index: number, answer: ShardAnswer): void {
    this.#settle(index, answer);
  }

  fail(index: number): void {
    this.#settle(index, undefined);
  }

  abandon(index: number): void {
    this.#incomplete = true;
    this.#settle(index, undefined);
  }

  /** Matches that can still be collected. Answers on their way may take some of it, never add to it. */
  get room(): number {
    return Math.max(this.limits.maxMatches - this.#collected, 0);
  }

  get shardsTotal(): number {
    return this.shards;
  }

  /** The part of a summary that comes from answers. */
  totals(): Pick<EngineSummary, 'matchCount' | 'documentCount' | 'shardsDone' | 'limitHit' | 'timedOut'> {
    const { matchCount, documentCount, shardsDone, limitHit } = this;
    return { matchCount, documentCount, shardsDone, limitHit, timedOut: !this.full && (this.#incomplete || this.#settled < this.shards) };
  }

  /** The documents collected since the last call, best first; ties by repository and path. */
  take(): EngineDocument[] {
    const documents = this.#held;
    this.#held = [];
    this.#given += documents.length;
    return documents;
  }

  #settle(index: number, answer: ShardAnswer | undefined): void {
    this.#waiting.set(index, answer);
    this.#settled++;
    while (this.#waiting.has(this.#next)) {
      const next = this.#waiting.get(this.#next);
      this.#waiting.delete(this.#next++);
      if (next && !this.full) this.#merge(next);
    }
    if (this.full && this.#next < this.shards) this.limitHit = true;
  }

  #merge(answer: ShardAnswer): void {
    if (answer.complete) this.shardsDone++;
    else this.#incomplete = true;
    this.matchCount += answer.matchCount;
    this.documentCount += answer.documentCount;
    for (const [reason, count] of Object.entries(answer.skippedFiles ?? {}))
      this.skippedFiles[reason] = (this.skippedFiles[reason] ?? 0) + count;
    this.limitHit ||= answer.limitHit;
    let room = this.limits.maxMatches - this.#collected;
    this.#collected += answer.matchCount;
    for (const document of answer.documents) {
      if (document.matchCount > room) this.limitHit = true;
      if (room <= 0) break;
      this.#held.push(document.matchCount > room ? firstMatches(document, room) : document);
      room -= document.matchCount;
    }
    this.#held.sort(compareAnswers);
    const most = this.limits.maxDocuments - this.#given;
    if (this.#held.length > most) {
      this.limitHit = true;
      this.#held.length = Math.max(most, 0);
    }
  }
}

export function compareAnswers(a: EngineDocument, b: EngineDocument): number {
  return b.score - a.score || a.repository - b.repository || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

/** The document with its first `room` hits only; `matchCount` still counts all. */
function firstMatches(document: EngineDocument, room: number): EngineDocument {
  let left = room;
  const chunks = [];
  for (const chunk of document.chunks) {
    if (left <= 0) break;
    chunks.push(chunk.ranges.length > left ? { ...chunk, ranges: chunk.ranges.slice(0, left) } : chunk);
    left -= chunk.ranges.length;
  }
  return { ...document, chunks, symbols: document.symbols.slice(0, room) };
}
