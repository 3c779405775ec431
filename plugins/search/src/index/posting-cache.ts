/** Posting lists that one thread has read, up to so many bytes; when they are more, all are forgotten. */
export class PostingCache {
  #lists = new WeakMap<object, Map<number, Uint8Array>>();
  #bytes = 0;

  constructor(private readonly maxBytes = 8 << 20) {}

  /** @param owner the shard @param index the list's place in it */
  get(owner: object, index: number, read: () => Uint8Array): Uint8Array {
    let lists = this.#lists.get(owner);
    const known = lists?.get(index);
    if (known) return known;
    const list = read();
    this.#bytes += list.length;
    if (this.#bytes > this.maxBytes) {
      this.#lists = new WeakMap();
      this.#bytes = list.length;
      lists = undefined;
    }
    if (!lists) {
      lists = new Map();
      this.#lists.set(owner, lists);
    }
    lists.set(index, list);
    return list;
  }
}
