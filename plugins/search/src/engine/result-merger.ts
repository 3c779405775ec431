import { UnparsedTally } from '../structural/unparsed-tally.js';
import type { EngineCounts, EngineDocument, EngineSummary, SearchLimits } from './contract.js';
import { type CountedDocument, DocumentCounts } from './document-counts.js';
import { EMPTY_ANSWER, type ShardAnswer } from './search-shard.js';

/** Beyond it threads wait until somebody reads. */
const MOST_HELD_BYTES = 8 << 20;
const DOCUMENT_BYTES = 1_000;
const RANGE_BYTES = 200;

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
  readonly #unparsed = new UnparsedTally();
  /** Some shard ran out of time. */
  #incomplete = false;
  /** Shards that answered or failed. */
  #settled = 0;
  readonly #waiting = new Map<number, { readonly parts: ShardAnswer[]; settled: boolean }>();
  #held: EngineDocument[] = [];
  /** About the memory of those held, in bytes. */
  #heldBytes = 0;
  #counts = new Map<number, DocumentCounts>();
  #next = 0;
  #collected = 0;
  #given = 0;

  /** @param shards their number; a scan, whose batches come as they come, corrects it with `expect` */
  constructor(
    private shards: number,
    private readonly limits: SearchLimits,
  ) {}

  /** Nothing more will be taken or counted: there was a match more than fits. */
  get full(): boolean {
    return !this.limits.countAll && this.#collected > this.limits.maxMatches;
  }

  /** So much was collected and not taken that there should be no more of it. */
  get crowded(): boolean {
    return this.#heldBytes > MOST_HELD_BYTES;
  }

  /** Sets the number of shards once it is known. */
  expect(shards: number): void {
    this.shards = shards;
  }

  /** Takes an answer, or a part of one: while it has a `resumeAt`, the shard has more to say. */
  add(index: number, answer: ShardAnswer): void {
    if (answer === EMPTY_ANSWER && index === this.#next && !this.#waiting.has(index)) {
      this.#merge(answer);
      this.#settled++;
      this.#next++;
      this.#advance();
      return;
    }
    this.#shard(index).parts.push(answer);
    if (answer.resumeAt === undefined) this.#settle(index);
    else this.#advance();
  }

  fail(index: number): void {
    this.#settle(index);
  }

  abandon(index: number): void {
    this.#incomplete = true;
    this.#settle(index);
  }

  /** Matches that can still be collected. Answers on their way may take some of it, never add to it. */
  get room(): number {
    return Math.max(this.limits.maxMatches - this.#collected, 0);
  }

  get shardsTotal(): number {
    return this.shards;
  }

  /** The part of a summary that comes from answers. */
  totals(): Pick<EngineSummary, 'matchCount' | 'documentCount' | 'shardsDone' | 'limitHit' | 'timedOut' | 'unparsed'> {
    const { matchCount, documentCount, shardsDone, limitHit } = this;
    const timedOut = !this.full && (this.#incomplete || this.#settled < this.shards);
    return { matchCount, documentCount, shardsDone, limitHit, timedOut, ...this.#unparsed.list() };
  }

  /** The documents collected since the last call, best first. */
  take(): EngineDocument[] {
    const documents = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    this.#given += documents.length;
    return documents;
  }

  /** The counts since the last call. */
  takeCounts(): EngineCounts[] {
    const counts = [...this.#counts.values()].map((count) => count.told());
    this.#counts = new Map();
    return counts;
  }

  #countsOf(repository: number): DocumentCounts {
    const counts = this.#counts.get(repository) ?? new DocumentCounts(repository);
    this.#counts.set(repository, counts);
    return counts;
  }

  #shard(index: number) {
    const shard = this.#waiting.get(index) ?? { parts: [], settled: false };
    this.#waiting.set(index, shard);
    return shard;
  }

  #settle(index: number): void {
    this.#shard(index).settled = true;
    this.#settled++;
    this.#advance();
  }

  /** Merges what is next in the order of the plan. */
  #advance(): void {
    for (let shard = this.#waiting.get(this.#next); shard; shard = this.#waiting.get(this.#next)) {
      for (const part of shard.parts.splice(0)) if (!this.full) this.#merge(part);
      if (!shard.settled) break;
      this.#waiting.delete(this.#next++);
    }
  }

  #merge(answer: ShardAnswer): void {
    // Most shards have nothing to say, and what others have found need not be sorted anew for each of them.
    if (answer === EMPTY_ANSWER) {
      this.shardsDone++;
      return;
    }
    if (!answer.complete) this.#incomplete = true;
    else if (answer.exhausted) this.shardsDone++;
    for (const [reason, count] of Object.entries(answer.skippedFiles ?? {})) {
      this.skippedFiles[reason] = (this.skippedFiles[reason] ?? 0) + count;
    }
    this.#unparsed.addAll(answer.unparsed);
    const { room } = this;
    const taken = answer.documents.filter(({ before }) => before < room);
    this.limitHit ||= answer.limitHit || answer.matchCount > room;
    this.#collected += answer.matchCount;
    // What a thread counted beyond the limit depends on when it was told to stop, so it is no part of the answer.
    this.matchCount += this.limits.countAll ? answer.matchCount : Math.min(answer.matchCount, room);
    this.documentCount += this.limits.countAll || answer.matchCount <= room ? answer.documentCount : taken.length;
    this.#held.push(
      ...taken.map(({ document, before }) =>
        document.matchCount > room - before ? firstMatches(document, room - before, this.limits.countAll) : document,
      ),
    );
    for (const { document } of taken) this.#heldBytes += bytesOf(document);
    // Stable: equal scores stay in the order of the plan and, within a shard, in its static order.
    this.#held.sort((a, b) => b.score - a.score);
    const most = this.limits.maxDocuments - this.#given;
    if (this.#held.length > most) {
      const rest = this.#held.splice(Math.max(most, 0));
      if (this.limits.counts) for (const document of rest) this.#countsOf(document.repository).add(counted(document));
      else this.limitHit = true;
    }
    if (answer.counts) this.#countsOf(answer.counts.repository).addAll(answer.counts);
  }
}

function bytesOf({ chunks }: EngineDocument): number {
  return chunks.reduce((sum, { text, ranges }) => sum + text.length + ranges.length * RANGE_BYTES, DOCUMENT_BYTES);
}

function counted({ path, language, chunks, inContent, matchCount }: EngineDocument): CountedDocument {
  return { path, language, kind: chunks.length > 0 || inContent ? 'content' : 'path', matches: matchCount };
}

/** The document with its first `room` hits only. */
function firstMatches(document: EngineDocument, room: number, countAll: boolean): EngineDocument {
  let left = room;
  const chunks = [];
  for (const chunk of document.chunks) {
    if (left <= 0) break;
    chunks.push(chunk.ranges.length > left ? { ...chunk, ranges: chunk.ranges.slice(0, left) } : chunk);
    left -= chunk.ranges.length;
  }
  return { ...document, chunks, symbols: document.symbols.slice(0, room), matchCount: countAll ? document.matchCount : room };
}
