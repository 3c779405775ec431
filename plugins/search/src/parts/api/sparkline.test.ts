import { expect, it } from 'vitest';
import type { SearchMatch } from '../../api.js';
import { parsedTree } from './parsed-tree.js';
import { sparklineOf } from './sparkline.js';

const now = new Date('2026-03-31T12:00:00Z');
const commit = (date: string): SearchMatch => ({ type: 'commit', author: { name: 'Ada', email: 'a@x', date } }) as SearchMatch;

it('counts commits by their age in days, the oldest first, and leaves out what is older, later or no commit', () => {
  const dates = ['2026-03-31T11:00:00Z', '2026-03-31T11:59:00Z', '2026-03-02T11:00:00Z', '2026-03-01T11:00:00Z', '2027-01-01T00:00:00Z'];
  const counts = sparklineOf([...dates.map(commit), { type: 'path' } as SearchMatch], now);
  expect([counts.length, counts.at(-1), counts[0], counts.reduce((a, b) => a + b, 0)]).toEqual([30, 2, 1, 3]);
});

it('gives the tree of a query, none for an empty one, and the mistakes of one that cannot be read', () => {
  expect(parsedTree('repo:a (b or c)', 'standard')).toMatchObject({ kind: 'and' });
  expect(parsedTree('', 'standard')).toBeNull();
  expect(() => parsedTree('repo:(', 'standard')).toThrow(expect.objectContaining({ code: 'SEXTANT_SEARCH_QUERY' }));
});
