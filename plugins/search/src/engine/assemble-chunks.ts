import { type Hits, lineEnd, lineStart } from './content-hits.js';
import type { EngineChunk, EnginePosition, EngineRange } from './contract.js';

/** Lines longer than this (minified code) are cut around the hit. */
const LONG_LINE_BYTES = 2_048;
const CUT_BEFORE = 200;
const CUT_AFTER = 400;

export interface TextSource {
  readonly validUtf8: boolean;
  content(): Buffer;
  lineAt(offset: number): number;
}

interface Span {
  start: number;
  end: number;
  cut: boolean;
  readonly hits: Hits;
}

/** Cuts whole lines around the hits, with context; spans that touch become one chunk. */
export function assembleChunks(source: TextSource, hits: Hits, contextLines: number): EngineChunk[] {
  const content = source.content();
  const spans: Span[] = [];
  for (let index = 0; index < hits.length; index += 2) {
    const span = spanOf(content, hits[index]!, hits[index + 1]!, contextLines);
    const last = spans.at(-1);
    // A newline between two spans belongs to neither: neighbouring lines are one chunk.
    if (last && span.start <= last.end + (last.cut || span.cut ? 0 : 1)) {
      last.end = Math.max(last.end, span.end);
      last.cut ||= span.cut;
      last.hits.push(...span.hits);
    } else spans.push(span);
  }
  return spans.map((span) => chunkOf(source, content, span));
}

function spanOf(content: Buffer, start: number, end: number, contextLines: number): Span {
  const first = lineStart(content, start);
  const last = lineEnd(content, Math.max(end - 1, start));
  const hits = [start, end];
  if (last - first > LONG_LINE_BYTES) {
    const cutStart = Math.max(first, characterStart(content, start - CUT_BEFORE));
    const cutEnd = Math.min(last, characterStart(content, Math.min(end, start + LONG_LINE_BYTES) + CUT_AFTER));
    return { start: cutStart, end: cutEnd, cut: cutStart > first || cutEnd < last, hits };
  }
  return { start: growUp(content, first, contextLines), end: growDown(content, last, contextLines), cut: false, hits };
}

function growUp(content: Buffer, start: number, lines: number): number {
  let from = start;
  for (let line = 0; line < lines && from > 0; line++) {
    const above = lineStart(content, from - 1);
    if (from - above > LONG_LINE_BYTES) break;
    from = above;
  }
  return from;
}

function growDown(content: Buffer, end: number, lines: number): number {
  let to = end;
  for (let line = 0; line < lines && to + 1 < content.length; line++) {
    const below = lineEnd(content, to + 1);
    if (below - to > LONG_LINE_BYTES) break;
    to = below;
  }
  return to;
}

/** Moves back to the first byte of a UTF-8 character. */
function characterStart(content: Buffer, at: number): number {
  let start = Math.max(at, 0);
  for (let back = 0; back < 3 && start > 0 && (content[start]! & 0xc0) === 0x80; back++) start--;
  return start;
}

function chunkOf(source: TextSource, content: Buffer, { start, end, cut, hits }: Span): EngineChunk {
  const positions = new PositionCounter(source);
  const first = positions.at(start);
  const ranges: EngineRange[] = [];
  for (let index = 0; index < hits.length; index += 2) {
    const stop = Math.min(hits[index + 1]!, end);
    ranges.push({ start: positions.at(hits[index]!), end: positions.at(stop) });
  }
  const text = content.toString('utf8', start, end);
  return cut ? { text, start: first, ranges, truncated: true } : { text, start: first, ranges };
}

/** Positions of ascending offsets; remembers the start of the current line so that dense hits stay cheap. */
export class PositionCounter {
  #line = -1;
  #at = 0;
  #column = 0;

  readonly #content: Buffer;

  constructor(private readonly source: TextSource) {
    this.#content = source.content();
  }

  at(offset: number): EnginePosition {
    const line = this.source.lineAt(offset);
    if (line !== this.#line || offset < this.#at) {
      this.#line = line;
      this.#at = lineStart(this.#content, offset);
      this.#column = 0;
    }
    this.#column += this.#codePoints(this.#at, offset);
    this.#at = offset;
    return { offset, line, column: this.#column };
  }

  #codePoints(start: number, end: number): number {
    if (!this.source.validUtf8) return countCodePoints(this.#content.toString('utf8', start, end));
    let count = 0;
    for (let at = start; at < end; at++) if ((this.#content[at]! & 0xc0) !== 0x80) count++;
    return count;
  }
}

export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
