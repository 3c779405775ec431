import type { Contribution } from '@sextant/sdk';
import { ANONYMOUS } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import type { Ranker, SearchMatch } from '../api.js';
import { applyRankers } from './apply-rankers.js';

const context = { query: 'x', actor: ANONYMOUS };
const aMatch = (path: string, score: number): SearchMatch => ({
  type: 'path',
  path,
  score,
  pathRanges: [],
  repository: { id: 1, name: 'r', stars: 0, private: false, fork: false, archived: false, description: '' },
  branches: ['main'],
  commit: 'c',
  freshness: { stale: false, lagSeconds: 0 },
});
const aRanker = (adjust: Ranker['adjust'], refused: string[] = []): Contribution<Ranker> => ({
  plugin: 'test',
  value: { id: 'test', adjust },
  reject: (reason) => void refused.push(reason),
});
const order = (matches: readonly SearchMatch[]): readonly string[] => matches.map((m) => ('path' in m ? m.path : ''));
const batch = [aMatch('a', 3), aMatch('b', 2), aMatch('c', 2), aMatch('d', 1)];

describe('rankers', () => {
  it('change nothing where there are none', () => {
    expect(applyRankers(batch, [], context)).toBe(batch);
  });

  it('move matches by the sum of what all of them say, and keep the order of equal ones', () => {
    const up = aRanker((m) => ('path' in m && m.path === 'd' ? 1 : 0));
    expect(order(applyRankers(batch, [up], context))).toEqual(['a', 'b', 'c', 'd']);
    const ranked = applyRankers(batch, [up, up, up], context);
    expect(order(ranked)).toEqual(['d', 'a', 'b', 'c']);
    expect(ranked[0]).toMatchObject({ score: 4 });
  });

  it.each<[string, Ranker['adjust'], string]>([
    [
      'throws',
      () => {
        throw new Error('no luck');
      },
      'the ranker "test" failed: no luck',
    ],
    ['gives no number', () => Number.NaN, 'the ranker "test" answered with something that is not a number'],
  ])('are refused when one %s, and the others count', (_what, adjust, reason) => {
    const refused: string[] = [];
    const up = aRanker((m) => ('path' in m && m.path === 'd' ? 5 : 0));
    expect(order(applyRankers(batch, [aRanker(adjust, refused), up], context))).toEqual(['d', 'a', 'b', 'c']);
    expect(refused).toEqual([reason]);
  });
});
