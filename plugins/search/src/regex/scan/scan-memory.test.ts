import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactMatcher, foldAscii, foldedMatcher } from '../literal-matcher.js';
import type { Matcher } from '../matcher.js';
import { ScanMemory } from './scan-memory.js';

/** The text in the last bytes of such memory, with others behind it that must not count. */
function inScanMemory(text: Buffer, behind = ''): Buffer {
  const memory = ScanMemory.allocate(text.length + behind.length);
  text.copy(memory);
  memory.write(behind, text.length, 'latin1');
  return memory.subarray(0, text.length);
}

function hitsOf(matcher: Matcher, bytes: Buffer, start: number, end: number): number[] {
  const hits: number[] = [];
  matcher.scan(bytes, start, end, (at) => void hits.push(at));
  return hits;
}

/** What a literal's hits are, byte by byte. */
function plainHits(text: Buffer, needle: Buffer, start: number, end: number, fold: (bytes: Buffer) => Buffer): number[] {
  const hits: number[] = [];
  for (let at = start; at + needle.length <= end; ) {
    if (fold(text.subarray(at, at + needle.length)).equals(needle)) {
      hits.push(at);
      at += needle.length;
    } else at++;
  }
  return hits;
}

const few = fc.constantFrom(0x00, 0x0a, 0x20, 0x40, 0x41, 0x42, 0x5a, 0x5b, 0x60, 0x61, 0x62, 0x7a, 0x7b, 0xc3, 0xe4, 0xff);
const bytes = (minLength: number, maxLength: number) => fc.array(few, { minLength, maxLength }).map((list) => Buffer.from(list));

describe('memory that is scanned', () => {
  it('is what Node.js of today has', () => {
    expect(ScanMemory.of(ScanMemory.allocate(10))).toBeDefined();
    expect(ScanMemory.of(Buffer.alloc(10))).toBeUndefined();
  });

  it.each([
    ['exactly', exactMatcher, (text: Buffer) => text],
    ['in either case', foldedMatcher, foldAscii],
  ] as const)('finds %s what a comparison byte by byte finds, and what ordinary memory does', (_how, matcherOf, fold) => {
    fc.assert(
      fc.property(bytes(0, 80), bytes(1, 5), fc.nat(80), fc.nat(80), (text, word, a, b) => {
        const needle = fold(word);
        const matcher = matcherOf(needle);
        const [start, end] = [Math.min(a, b, text.length), Math.min(Math.max(a, b), text.length)];
        const expected = plainHits(text, needle, start, end, fold);
        expect(hitsOf(matcher, inScanMemory(text, 'aAbB'), start, end)).toEqual(expected);
        expect(hitsOf(matcher, text, start, end)).toEqual(expected);
        expect(matcher.find(inScanMemory(text), start, end)?.start).toBe(expected[0]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([1, 2, 15, 16, 17, 255, 256, 257, 1_000])('finds a text of %i bytes at the very end, and none that is cut', (length) => {
    const needle = Buffer.alloc(length, 'a');
    const text = Buffer.concat([Buffer.from('xyz'), needle]);
    const matcher = exactMatcher(needle);
    expect(matcher.find(inScanMemory(text), 0, text.length)).toEqual({ start: 3, end: 3 + length });
    expect(matcher.find(inScanMemory(text), 0, text.length - 1)).toBeUndefined();
    expect(matcher.find(inScanMemory(text), 4, text.length)).toBeUndefined();
  });

  it('serves more texts than it has places for, in turns', () => {
    const words = Array.from({ length: 200 }, (_, i) => `word${i}.`);
    const text = inScanMemory(Buffer.from(words.join('')));
    const matchers = words.map((word) => exactMatcher(Buffer.from(word)));
    for (let round = 0; round < 2; round++)
      expect(matchers.map((matcher) => matcher.find(text, 0, text.length)?.start)).toEqual(
        words.map((word) => words.join('').indexOf(word)),
      );
  });

  it('goes its own way in each of several memories', () => {
    const matcher = foldedMatcher(Buffer.from('needle'));
    const texts = ['a needle', 'no', 'NEEDLE', 'two needles'].map((text) => inScanMemory(Buffer.from(text)));
    for (let round = 0; round < 2; round++)
      expect(texts.map((text) => matcher.find(text, 0, text.length)?.start)).toEqual([2, undefined, 0, 4]);
  });
});
