import { Bitset } from '../index/bitset.js';
import type { Shard } from '../index/shard.js';
import type { Atom, CompiledQuery, Node } from './compiled-query.js';
import type { SearchBudget } from './search-budget.js';
import type { Candidates } from './shard-candidates.js';

/** Candidates that lie closer together than this are read together. */
const GAP_BYTES = 8 << 10;
const READ_BYTES = 256 << 10;

/** A query for one literal in the content, perhaps in the path too, with filters beside it. */
export interface LoneLiteral {
  readonly atom: Atom;
  readonly inPath: boolean;
  readonly filters: readonly Node[];
}

/** Undefined: the query is more than that. */
export function loneLiteral(root: Node, { capture }: CompiledQuery): LoneLiteral | undefined {
  const parts = root.op === 'and' ? root.of : [root];
  const literals = parts.filter((part) => part.op === 'match');
  const filters = parts.filter((part) => part.op !== 'match');
  const [only] = literals;
  if (capture || !only || literals.length > 1 || !only.in.has('content') || only.in.has('symbol')) return undefined;
  const { pattern, matcher } = only.atom;
  if (matcher.engine !== 'literal' || pattern.crossesLines || pattern.spec.source === '') return undefined;
  return filters.every(({ op }) => op === 'path' || op === 'language')
    ? { atom: only.atom, inPath: only.in.has('path'), filters }
    : undefined;
}

/** Counts a literal in many blobs at a time: what lies together is read and scanned together, whatever blobs it belongs to. */
export class LiteralCounter {
  /** Hits by blob; right for the blobs that were counted. */
  readonly hits: Uint32Array;
  readonly #length: number;
  readonly #counted: Bitset;
  /** Where the last hit ended: the next does not overlap it, whatever is read when. */
  #end = 0;

  constructor(
    private readonly shard: Shard,
    private readonly atom: Atom,
    private readonly candidates: Candidates | undefined,
    private readonly budget: SearchBudget,
  ) {
    this.hits = new Uint32Array(shard.blobs);
    this.#counted = new Bitset(shard.blobs);
    this.#length = Buffer.byteLength(atom.pattern.spec.source);
  }

  /** Counts what was not counted before; the work grows with the bytes of the units that may hold a hit. */
  count(wanted: Bitset): void {
    const blobs = wanted.clone().subtract(this.#counted);
    this.#counted.unite(blobs);
    this.#end = 0;
    const { blobStart, firstUnit, unitShift } = this.shard;
    const units = this.candidates?.units;
    let from = 0;
    let to = 0;
    for (let blob = blobs.next(0); blob >= 0; blob = blobs.next(blob + 1)) {
      const first = firstUnit[blob]!;
      const last = firstUnit[blob + 1]!;
      const start = blobStart[blob]!;
      const end = blobStart[blob + 1]!;
      for (let unit = units ? units.next(first) : first; unit >= 0 && unit < last; unit = units ? units.next(unit + 1) : unit + 1) {
        const begin = start + ((unit - first) << unitShift);
        const stop = Math.min(begin + (1 << unitShift), end);
        if (begin > to + GAP_BYTES || stop - from > READ_BYTES - this.#length) {
          this.#scan(from, to, blobs);
          from = Math.max(begin, to);
        }
        to = stop;
      }
      if (this.budget.spent()) return;
    }
    this.#scan(from, to, blobs);
  }

  /** Counts the hits that begin in a range of the content. */
  #scan(from: number, to: number, blobs: Bitset): void {
    if (from === to) return;
    const { blobStart } = this.shard;
    const { matcher } = this.atom;
    const end = Math.min(to + this.#length - 1, this.shard.image.header.contentLength);
    const bytes = this.shard.contentPart(from, end);
    const length = this.#length;
    let blob = this.shard.blobAt(from);
    for (let at = Math.max(this.#end - from, 0); ; ) {
      const found = matcher.indexIn!(bytes, at, bytes.length);
      if (found < 0) return;
      while (blobStart[blob + 1]! <= from + found) blob++;
      const border = blobStart[blob + 1]! - from;
      // What begins in one blob and ends in the next is in neither.
      if (found + length > border) at = border;
      else {
        if (blobs.has(blob)) this.hits[blob]!++;
        at = found + length;
        this.#end = from + at;
      }
    }
  }
}
