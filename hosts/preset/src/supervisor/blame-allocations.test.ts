import type { HeapProfiler } from 'node:inspector';
import { expect, it } from 'vitest';
import { blameAllocations } from './blame-allocations.js';

const node = (
  url: string,
  selfSize: number,
  children: HeapProfiler.SamplingHeapProfileNode[] = [],
): HeapProfiler.SamplingHeapProfileNode => ({
  callFrame: { functionName: '', scriptId: '', url, lineNumber: 0, columnNumber: 0 },
  selfSize,
  children,
});
const profile = (...children: HeapProfiler.SamplingHeapProfileNode[]): HeapProfiler.SamplingHeapProfile => ({
  head: node('', 0, children),
});
const homes = { a: 'file:///plugins/a/', b: 'file:///plugins/b/' };

it('counts what a library allocates for the plugin that called it', () => {
  expect(
    blameAllocations(profile(node('file:///plugins/a/x.js', 1, [node('file:///modules/lib.js', 70)]), node('node:internal', 29)), homes),
  ).toBe('a');
});

it('counts for the innermost plugin when one calls another', () => {
  expect(blameAllocations(profile(node('file:///plugins/a/x.js', 10, [node('file:///plugins/b/y.js', 40)])), homes)).toBe('b');
});

it('blames nobody who holds less than half', () => {
  expect(blameAllocations(profile(node('file:///plugins/a/x.js', 49), node('file:///kernel.js', 51)), homes)).toBeUndefined();
  expect(blameAllocations(profile(), homes)).toBeUndefined();
});
