const NEWLINE = 0x0a;

/** Line numbers known at regular places of a content: number `first + i` stands at byte `i << shift`. */
export interface LineTable {
  readonly lines: Uint32Array;
  readonly first: number;
  readonly shift: number;
}

/** Answers line numbers; counts from the last answer or from the table, whichever is nearer. */
export class LineCounter {
  #at = 0;
  #line = 0;

  constructor(
    private readonly content: Buffer,
    private readonly table?: LineTable,
  ) {}

  /** 0-based line of the byte at `offset`; a newline belongs to the line it ends. */
  lineAt(offset: number): number {
    if (offset < this.#at) {
      this.#at = 0;
      this.#line = 0;
    }
    const { table } = this;
    if (table && offset >> table.shift > this.#at >> table.shift) {
      const unit = Math.min(offset >> table.shift, (this.content.length - 1) >> table.shift);
      this.#at = unit << table.shift;
      this.#line = table.lines[table.first + unit]!;
    }
    for (; this.#at < offset; this.#at++) if (this.content[this.#at] === NEWLINE) this.#line++;
    return this.#line;
  }
}
