import { describe, expect, it } from 'vitest';
import type { SearchMatch } from '../api.js';
import type { Select } from '../query/select.js';
import { Selection } from './apply-select.js';
import { Tally } from './tally.js';

const repository = { id: 1, name: 'r', stars: 0, private: false, fork: false, archived: false, description: '' };
const base = { repository, branches: ['main'], commit: 'c1', freshness: { stale: false, lagSeconds: 0 } };
const who = { name: 'Ada', email: 'a@b', date: '2026-01-01T00:00:00Z' };
const file = (path: string): SearchMatch => ({ ...base, type: 'content', path, pathRanges: [], chunks: [], matchCount: 2, score: 5 });
const symbol: SearchMatch = {
  ...base,
  type: 'symbol',
  path: 'src/a.ts',
  symbols: [{ name: 'f', kind: 'function', containerName: '', line: 0, column: 0, url: '/' }],
  score: 5,
};
const diff: SearchMatch = {
  ...base,
  type: 'commit',
  oid: 'c1',
  message: 'm',
  author: who,
  committer: who,
  diff: 'a a\n@@ -1,1 +1,1 @@\n-old\n+new',
  ranges: [
    [2, 1, 3],
    [3, 1, 3],
  ],
};
const all = [file('src/a.ts'), file('src/b.ts'), file('top.ts'), symbol, diff];
const selected = (select: Select | undefined) => new Selection(select).apply(all);
const pathsOf = (select: Select) => selected(select).map((match) => ('path' in match ? match.path : match.type));

describe('select:', () => {
  it('gives each repository, file and directory once', () => {
    expect(selected(undefined)).toBe(all);
    expect(selected({ kind: 'repo' })).toMatchObject([{ type: 'repo', repository }]);
    expect(pathsOf({ kind: 'file' })).toEqual(['src/a.ts', 'src/b.ts', 'top.ts']);
    expect(pathsOf({ kind: 'file.directory' })).toEqual(['src/', '']);
    const selection = new Selection({ kind: 'repo' });
    expect([selection.apply(all), selection.apply(all)].map(({ length }) => length)).toEqual([1, 0]);
  });

  it('keeps symbols, and the added or removed lines of changes', () => {
    expect(selected({ kind: 'symbol' })).toEqual([symbol]);
    expect(selected({ kind: 'commit.diff.added' })).toEqual([{ ...diff, ranges: [[3, 1, 3]] }]);
    expect(selected({ kind: 'commit.diff.removed' })).toEqual([{ ...diff, ranges: [[2, 1, 3]] }]);
  });
});

describe('a tally', () => {
  it('counts hits, and names nothing of a repository that may not be seen any more', () => {
    const tally = new Tally(() => 0, new Date(0));
    tally.add(all);
    tally.leaveOut('repository-cloning', 'It is being cloned', { repository: repository as never });
    expect(tally.matchCount).toBe(2 + 2 + 2 + 1 + 2);
    expect(tally.filters(false).find(({ kind }) => kind === 'repo')).toMatchObject({ label: 'r', count: 9 });
    expect(tally.verdict()).toMatchObject({ exhaustive: false, reasons: [{ repositories: ['r'], count: 1 }] });
    const unseen = [
      tally.verdict(() => false),
      tally.filters(false, () => false).filter(({ kind }) => kind === 'repo'),
      tally.skipped(() => false),
    ];
    expect(unseen).toMatchObject([{ exhaustive: true, reasons: [] }, [], []]);
  });
});
