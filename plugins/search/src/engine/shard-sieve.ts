import { Bitset } from '../index/bitset.js';
import type { Shard } from '../index/shard.js';
import { trigramsOf } from '../index/trigram.js';
import type { LiteralQuery } from '../regex/literal-query.js';
import type { CompiledQuery, Node } from './compiled-query.js';

/** Trigrams share so many rows: two kilobytes a shard. */
const ROWS = 1 << 14;
/** A shard of more fills most rows, and is asked itself. */
const MOST_TRIGRAMS = 12_000;
const FIRST_SLOTS = 256;
/** Rows of a text that are looked at: what passes so many, the rest throws out too seldom. */
const MOST_ROWS = 24;

/**
 * Says of thousands of small shards in one pass which of them may hold a match: a row of bits for each trigram, a bit for each shard. What
 * passes may still hold none; what does not pass surely holds none, in its content and in its paths.
 */
export class ShardSieve {
  readonly #slots = new Map<string, number>();
  #free: number[] = [];
  #used = 0;
  /** 32-bit words of a row. */
  #width = FIRST_SLOTS >>> 5;
  #rows = new Uint32Array(ROWS * this.#width);
  /** Slots whose rows are not filled. */
  #always = new Bitset(FIRST_SLOTS);
  #answers = new WeakMap<CompiledQuery, Bitset>();

  add(shard: Shard): void {
    this.drop(shard.id);
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#always.size) this.#grow();
    this.#slots.set(shard.id, slot);
    this.#answers = new WeakMap();
    const trigrams = shard.trigramsUpTo(MOST_TRIGRAMS);
    if (!trigrams) {
      this.#always.add(slot);
      return;
    }
    for (const trigram of trigrams) this.#rows[rowOf(trigram) * this.#width + (slot >>> 5)]! |= 1 << (slot & 31);
  }

  drop(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#slots.delete(id);
    this.#free.push(slot);
    this.#always.delete(slot);
    this.#answers = new WeakMap();
    for (let word = slot >>> 5; word < this.#rows.length; word += this.#width) this.#rows[word]! &= ~(1 << (slot & 31));
  }

  /** False: nothing in the shard matches. True where that is not known. */
  passes(id: string, query: CompiledQuery): boolean {
    const slot = this.#slots.get(id);
    if (slot === undefined) return true;
    let answer = this.#answers.get(query);
    if (!answer) {
      answer = this.#passing(query.root);
      this.#answers.set(query, answer);
    }
    return answer.has(slot);
  }

  #passing(node: Node): Bitset {
    switch (node.op) {
      case 'and':
        return node.of.reduce((passed, child) => passed.intersect(this.#passing(child)), this.#all());
      case 'or':
        return node.of.reduce((passed, child) => passed.unite(this.#passing(child)), new Bitset(this.#always.size));
      case 'const':
        return node.value ? this.#all() : new Bitset(this.#always.size);
      case 'path':
      case 'content':
      case 'match':
        return this.#holding(node.atom.pattern.required);
      default:
        return this.#all();
    }
  }

  #holding(query: LiteralQuery): Bitset {
    switch (query.kind) {
      case 'any':
        return this.#all();
      case 'none':
        return new Bitset(this.#always.size);
      case 'and':
        return query.of.reduce((passed, part) => passed.intersect(this.#holding(part)), this.#all());
      case 'or':
        return query.of.reduce((passed, part) => passed.unite(this.#holding(part)), new Bitset(this.#always.size));
      case 'literal': {
        const passed = this.#all();
        for (const trigram of trigramsOf(query.bytes).slice(0, MOST_ROWS)) {
          const row = rowOf(trigram) * this.#width;
          for (let word = 0; word < this.#width; word++) passed.words[word]! &= this.#rows[row + word]!;
        }
        return passed.unite(this.#always);
      }
    }
  }

  #all(): Bitset {
    return Bitset.full(this.#always.size);
  }

  #grow(): void {
    const [before, width] = [this.#rows, this.#width];
    this.#width *= 2;
    this.#rows = new Uint32Array(ROWS * this.#width);
    for (let row = 0; row < ROWS; row++) this.#rows.set(before.subarray(row * width, (row + 1) * width), row * this.#width);
    const always = new Bitset(this.#always.size * 2);
    always.words.set(this.#always.words);
    this.#always = always;
  }
}

/** Neighbouring trigrams are spread over all rows. */
const rowOf = (trigram: number): number => Math.imul(trigram, 0x9e3779b1) >>> 18;
