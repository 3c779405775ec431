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

  /** For the wire. */
  toBase64(): string {
    return Buffer.from(this.words.buffer, this.words.byteOffset, this.words.byteLength).toString('base64');
  }

  static fromBase64(text: string): IdSet {
    const bytes = Buffer.from(text, 'base64');
    const words = new Uint32Array(Math.ceil(bytes.length / 4));
    new Uint8Array(words.buffer).set(bytes);
    return new IdSet(words);
  }
}
