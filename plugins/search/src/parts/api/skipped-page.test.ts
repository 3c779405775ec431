import type { Visibility } from '@sextant/plugin-code-host/api';
import { expect, it } from 'vitest';
import { byReason, skippedPage } from './skipped-page.js';

const all = Array.from({ length: 2_500 }, (_, i) => ({ path: `${i % 3 === 0 ? 'hidden' : 'open'}/${i}`, reason: 'binary' }));
const asked: number[] = [];
const engine = {
  skippedFiles: async ({ offset, limit }: { offset: number; limit: number }) => {
    asked.push(limit);
    return all.slice(offset, offset + limit);
  },
};
const open = all.filter(({ path }) => path.startsWith('open'));
const everybody = { unrestricted: true, canSee: () => true } as unknown as Visibility;
const somebody = {
  unrestricted: false,
  paths: new Map([[1, {}]]),
  canSee: (_repository: number, path?: string) => path === undefined || path.startsWith('open'),
} as unknown as Visibility;

it('is what was asked for where nothing is hidden', async () => {
  expect(await skippedPage({ engine }, everybody, { repository: 1, offset: 10, limit: 5 })).toEqual(all.slice(10, 15));
  expect(asked).toEqual([5]);
  expect(await skippedPage({ engine }, somebody, { repository: 2, offset: 10, limit: 5 })).toEqual(all.slice(10, 15));
});

it.each([
  [0, 100],
  [50, 100],
  [1_000, 1_000],
  [1_600, 1_000],
  [5_000, 10],
])('has no place for what is hidden: from %d on, %d', async (offset, limit) => {
  expect(await skippedPage({ engine }, somebody, { repository: 1, offset, limit })).toEqual(open.slice(offset, offset + limit));
});

it('counts the most frequent reason first', () => {
  expect(byReason({ binary: 2, ignored: 7, symlink: 2 })).toEqual([
    { reason: 'ignored', count: 7 },
    { reason: 'binary', count: 2 },
    { reason: 'symlink', count: 2 },
  ]);
});
