import type { SearchMatch } from '../../api.js';

type Chunks = Extract<SearchMatch, { type: 'content' }>['chunks'];

export interface LineMatch {
  readonly line: string;
  /** 0-based. */
  readonly lineNumber: number;
  /** Offset and length of each hit, in code points of the line. */
  readonly offsetAndLengths: readonly (readonly [number, number])[];
}

/** The lines of chunks that hold hits. A hit over several lines counts on each of them. */
export function lineMatchesOf(chunks: Chunks, maxLineLength = -1): readonly LineMatch[] {
  const matches: LineMatch[] = [];
  for (const chunk of chunks) {
    const lines = chunk.content.split('\n');
    const hits = new Map<number, [number, number][]>();
    for (const { start, end } of chunk.ranges) {
      for (let line = start.line; line <= end.line; line++) {
        const text = lines[line - chunk.start.line];
        if (text === undefined) continue;
        const from = line === start.line ? start.column : 0;
        const to = line === end.line ? end.column : [...text].length;
        if (line > start.line && to === 0) continue;
        hits.set(line, [...(hits.get(line) ?? []), [from, to - from]]);
      }
    }
    for (const [lineNumber, offsetAndLengths] of [...hits].sort(([a], [b]) => a - b)) {
      const line = lines[lineNumber - chunk.start.line] ?? '';
      const shown = cutLine(line, maxLineLength);
      matches.push({
        line: shown,
        lineNumber,
        offsetAndLengths: shown === line ? offsetAndLengths : within(offsetAndLengths, maxLineLength),
      });
    }
  }
  return matches;
}

/** The first characters of a line, none of them in halves. @param length in code points; below 0: all */
export const cutLine = (line: string, length: number): string =>
  length < 0 || line.length <= length ? line : [...line].slice(0, length).join('');

/** The hits, or their beginnings, that lie in so many characters. */
const within = (hits: readonly (readonly [number, number])[], length: number): readonly (readonly [number, number])[] =>
  hits.flatMap(([from, size]) => (from < length ? [[from, Math.min(size, length - from)] as const] : []));
