import { escapeHtml } from './escape-html.js';

/** Longer lines are plain unless asked for: they are data or minified, and cost a browser more than they tell a reader. In UTF-16 units. */
export const LONG_LINE = 2_000;

/** Makes one HTML fragment a line out of a text and the spans in it, which arrive in order and do not overlap. */
export class LineWriter {
  readonly #lines: string[] = [];
  #at = 0;
  #lineStart = 0;
  #html = '';

  constructor(
    private readonly text: string,
    private readonly longest: number,
  ) {}

  /** `classes` are ours, never taken from the text. */
  span(from: number, to: number, classes: string): void {
    if (from < this.#at || to <= from) return;
    this.#write(from, '');
    this.#write(to, classes);
  }

  finish(): string[] {
    this.#write(this.text.length, '');
    // A line that nothing ends counts, as in GitBlob.totalLines; nothing after the last line break does not.
    if (this.#lineStart < this.text.length) this.#endLine(this.text.length);
    return this.#lines;
  }

  /** Up to `to`; a span over several lines is closed and opened again at each. */
  #write(to: number, classes: string): void {
    while (this.#at < to) {
      const lineBreak = this.text.indexOf('\n', this.#at);
      const end = lineBreak === -1 || lineBreak > to ? to : lineBreak;
      const isBreak = this.text.charCodeAt(end) === 10;
      const piece = this.text.slice(this.#at, isBreak && end > this.#lineStart && this.text.charCodeAt(end - 1) === 13 ? end - 1 : end);
      if (piece) this.#html += classes ? `<span class="${classes}">${escapeHtml(piece)}</span>` : escapeHtml(piece);
      this.#at = end;
      if (end === lineBreak && end < to) {
        this.#endLine(end);
        this.#at = end + 1;
        this.#lineStart = this.#at;
      }
    }
  }

  #endLine(end: number): void {
    const long = end - this.#lineStart > this.longest;
    this.#lines.push(long ? plainLine(this.text.slice(this.#lineStart, end)) : this.#html);
    this.#html = '';
  }
}

export function plainLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(plainLine);
}

const plainLine = (line: string): string => escapeHtml(line.endsWith('\r') ? line.slice(0, -1) : line);
