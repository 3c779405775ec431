/**
 * A set of non-negative int32 ids as a bitmap: 50,000 repositories are 6 KB.
 * It is how visibility crosses from the wall to everything that returns code.
 */
export class IdSet {
  private constructor(private words: Uint32Array) {}

  static empty(): IdSet {
    return new IdSet(new Uint32Array(0));
  }

  static of(ids: Iterable<number>): IdSet {
    const set = IdSet.empty();
    for (const id of ids) set.add(id);
    return set;
  }

  add(id: number): void {
    if (!Number.isInteger(id) || id < 0 || id > 0x7fffffff) throw new RangeError(`${id} is not an int32 id`);
    const word = id >>> 5;
    if (word >= this.words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.words.length * 2));
      grown.set(this.words);
      this.words = grown;
    }
    this.words[word] = (this.words[word] ?? 0) | (1 << (id & 31));
  }

  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && (((this.words[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
  }

  /** The ids in either. */
  or(other: IdSet): IdSet {
    const [long, short] = this.words.length >= other.words.length ? [this.words, other.words] : [other.words, this.words];
    const words = long.slice();
    for (let i = 0; i < short.length; i++) words[i] = (words[i] ?? 0) | (short[i] ?? 0);
    return new IdSet(words);
  }

  /** The ids in this one and not in the other. */
  without(other: IdSet): IdSet {
    const words = this.words.slice();
    for (let i = 0; i < Math.min(words.length, other.words.length); i++) words[i] = (words[i] ?? 0) & ~(other.words[i] ?? 0);
    return new IdSet(words);
  }

  /** The ids in both. */
  and(other: IdSet): IdSet {
    const length = Math.min(this.words.length, other.words.length);
    return new IdSet(Uint32Array.from({ length }, (_, i) => (this.words[i] ?? 0) & (other.words[i] ?? 0)));
  }

  get size(): number {
    let count = 0;
    for (let word of this.words) for (; word !== 0; word = (word & (word - 1)) >>> 0) count++;
    return count;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let w = 0; w < this.words.length; w++) {
      for (let word = this.words[w] ?? 0; word !== 0; word = (word & (word - 1)) >>> 0) yield w * 32 + (31 - Math.clz32(word & -word));
    }
  }

  /** Eight ids a byte, the lowest in its lowest bit: as PostgreSQL counts the bits of a `bytea`. A view: not to be written to. */
  toBytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, this.words.byteOffset, this.words.byteLength);
  }

  /** @param bytes as `toBytes` gives them; `base`: the id of the first bit, a multiple of 8. */
  static fromBytes(bytes: Uint8Array, base = 0): IdSet {
    const words = new Uint32Array(Math.ceil((base / 8 + bytes.length) / 4));
    new Uint8Array(words.buffer).set(bytes, base / 8);
    return new IdSet(words);
  }

  /** For the wire. */
  toBase64(): string {
    return Buffer.from(this.words.buffer, this.words.byteOffset, this.words.byteLength).toString('base64');
  }

  static fromBase64(text: string): IdSet {
    return IdSet.fromBytes(Buffer.from(text, 'base64'));
  }
}
