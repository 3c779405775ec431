/** Byte offsets into the buffer that was searched; `end` is exclusive. */
export interface ByteMatch {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds matches in bytes. It holds no state between calls, and serves any number of buffers one after another.
 * A text is one line or, when it does not cross lines, any run of whole lines: the answers are those of each line on its own.
 * When the pattern crosses lines, the text must be the whole document.
 */
export interface Matcher {
  /** Which engine runs, for `explain` and for tests. */
  readonly engine: 'literal' | 'v8' | 're2';
  /**
   * The first match at or after `from` in bytes[start, end); that range is the text, whose edges anchors see.
   * @param start where the text begins; `from` when left out
   */
  find(bytes: Buffer, from: number, end: number, start?: number): ByteMatch | undefined;
  /** Of a literal: where it next begins, or -1. Where there are many, an object for each costs more than finding them. */
  indexIn?(bytes: Buffer, from: number, end: number): number;
  /**
   * Visits the matches of bytes[start, end) that do not overlap, in order; stops when `visit` answers false.
   * Far cheaper than repeated `find` on long texts, since the text is decoded once. An empty match is visited too.
   */
  scan(bytes: Buffer, start: number, end: number, visit: (start: number, end: number) => boolean | void): void;
}
