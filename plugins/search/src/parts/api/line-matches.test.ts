import { describe, expect, it } from 'vitest';
import type { MatchRange } from '../../api.js';
import { lineMatchesOf } from './line-matches.js';

const at = (line: number, column: number) => ({ offset: 0, line, column });
const hit = (fromLine: number, from: number, toLine: number, to: number): MatchRange => ({
  start: at(fromLine, from),
  end: at(toLine, to),
});
const chunk = (content: string, ranges: readonly MatchRange[], line = 0) => ({ content, start: at(line, 0), ranges, truncated: false });

describe('line matches', () => {
  it('have the lines with hits, without their context, numbered in the file', () => {
    expect(lineMatchesOf([chunk('above\nneedle needle\nbelow', [hit(8, 0, 8, 6), hit(8, 7, 8, 13)], 7)])).toEqual([
      {
        line: 'needle needle',
        lineNumber: 8,
        offsetAndLengths: [
          [0, 6],
          [7, 6],
        ],
      },
    ]);
  });

  it('split a hit over several lines, and count a line break at its end with the line before', () => {
    const content = 'one(\n\n  größe😀\n) end';
    expect(lineMatchesOf([chunk(content, [hit(0, 3, 3, 1)])])).toEqual([
      { line: 'one(', lineNumber: 0, offsetAndLengths: [[3, 1]] },
      { line: '  größe😀', lineNumber: 2, offsetAndLengths: [[0, 8]] },
      { line: ') end', lineNumber: 3, offsetAndLengths: [[0, 1]] },
    ]);
    expect(lineMatchesOf([chunk('one\ntwo', [hit(0, 1, 1, 0)])])).toEqual([{ line: 'one', lineNumber: 0, offsetAndLengths: [[1, 2]] }]);
  });

  it('keep a hit of no length', () => {
    expect(lineMatchesOf([chunk('ab', [hit(0, 2, 0, 2)])])).toEqual([{ line: 'ab', lineNumber: 0, offsetAndLengths: [[2, 0]] }]);
    expect(lineMatchesOf([chunk('', [hit(4, 0, 4, 0)], 4)])).toEqual([{ line: '', lineNumber: 4, offsetAndLengths: [[0, 0]] }]);
  });

  it('are in the order of lines, chunk after chunk, and leave out hits beyond what is shown', () => {
    const chunks = [chunk('a\nb', [hit(1, 0, 1, 1), hit(0, 0, 0, 1), hit(5, 0, 5, 1)]), chunk('z', [hit(9, 0, 9, 1)], 9)];
    expect(lineMatchesOf(chunks).map(({ lineNumber }) => lineNumber)).toEqual([0, 1, 9]);
  });

  it('cut a line between characters and its hits with it', () => {
    expect(lineMatchesOf([chunk('😀needle', [hit(0, 0, 0, 1), hit(0, 1, 0, 7), hit(0, 5, 0, 7)])], 3)).toEqual([
      {
        line: '😀ne',
        lineNumber: 0,
        offsetAndLengths: [
          [0, 1],
          [1, 2],
        ],
      },
    ]);
  });
});
