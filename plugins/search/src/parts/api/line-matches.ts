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
      matches.push({ line: maxLineLength >= 0 ? line.slice(0, maxLineLength) : line, lineNumber, offsetAndLengths });
    }
  }
  return matches;
}
