/** Fixed-size sets of small integers as words of 32 bits; set operations are word loops. */
export class Bitset {
  readonly words: Uint32Array;

  constructor(readonly size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  static full(size: number): Bitset {
    const set = new Bitset(size);
    set.words.fill(0xffffffff);
    if (size & 31) set.words[set.words.length - 1] = (1 << (size & 31)) - 1;
    return set;
  }

  clone(): Bitset {
    const copy = new Bitset(this.size);
    copy.words.set(this.words);
    return copy;
  }

  add(member: number): void {
    this.words[member >>> 5]! |= 1 << (member & 31);
  }

  delete(member: number): void {
    this.words[member >>> 5]! &= ~(1 << (member & 31));
  }

  has(member: number): boolean {
    return ((this.words[member >>> 5]! >>> (member & 31)) & 1) === 1;
  }

  intersect(other: Bitset): this {
    for (let word = 0; word < this.words.length; word++) this.words[word]! &= other.words[word]!;
    return this;
  }

  subtract(other: Bitset): this {
    for (let word = 0; word < this.words.length; word++) this.words[word]! &= ~other.words[word]!;
    return this;
  }

  unite(other: Bitset): this {
    for (let word = 0; word < this.words.length; word++) this.words[word]! |= other.words[word]!;
    return this;
  }

  count(): number {
    let total = 0;
    for (const word of this.words) {
      let bits = word - ((word >>> 1) & 0x55555555);
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      total += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return total;
  }

  /** The smallest member ≥ `from`, or -1. */
  next(from: number): number {
    let word = from >>> 5;
    if (word >= this.words.length) return -1;
    let bits = this.words[word]! & (0xffffffff << (from & 31));
    while (bits === 0) {
      if (++word >= this.words.length) return -1;
      bits = this.words[word]!;
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }

  *[Symbol.iterator](): Generator<number> {
    for (let member = this.next(0); member >= 0; member = this.next(member + 1)) yield member;
  }
}
