import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchMatch } from '../api.js';
import { languageOf } from '../query/languages/languages.js';
import { admin, SearchWorld } from '../testing/a-search-world.js';
import { GOLDEN_CORPUS } from '../testing/golden-corpus.js';
import { GOLDEN_HITS } from '../testing/golden-hits.js';
import type { PlainFile, Scan } from '../testing/plain-scan.js';

let world: SearchWorld;
beforeAll(async () => {
  world = await SearchWorld.open();
  for (const [name, { files, metadata = {}, ...facts }] of Object.entries(GOLDEN_CORPUS)) {
    const { id } = await world.add(name, { tree: files, ...facts });
    world.wall.metadata.set(
      id,
      Object.entries(metadata).map(([key, value]) => ({ key, value })),
    );
  }
});
afterAll(() => world.close());

const files: readonly PlainFile[] = Object.entries(GOLDEN_CORPUS).flatMap(([repository, { files: tree, fork = false, archived = false }]) =>
  // Each repository of the world has a file with its name.
  Object.entries({ ...tree, '.name': `${repository}\n` }).map(([path, content]) => ({
    repository,
    path,
    content,
    language: languageOf(path),
    fork,
    archived,
  })),
);

/** Forks and archived repositories are left out unless they are asked for. */
function areAsked(query: string, { fork, archived }: PlainFile): boolean {
  const fits = (field: string, is: boolean): boolean => {
    const value = new RegExp(`(?:^|\\s)${field}:(\\w+)`).exec(query)?.[1] ?? 'no';
    return value === 'yes' || is === (value === 'only');
  };
  return fits('fork', fork) && fits('archived', archived);
}

type Hits = Readonly<Record<string, readonly number[]>>;

const expected = (scan: Scan, query: string): Hits =>
  sorted(
    files.flatMap((file) => {
      const lines = areAsked(query, file) ? scan(file) : undefined;
      return lines === undefined ? [] : [[`${file.repository} ${file.path}`, [...lines].sort((a, b) => a - b)] as const];
    }),
  );

const found = (matches: readonly SearchMatch[]): Hits =>
  sorted(
    matches.flatMap((match) => {
      if (match.type !== 'content' && match.type !== 'path') return [];
      const ranges = match.type === 'content' ? match.chunks.flatMap((chunk) => chunk.ranges) : [];
      // A range that ends at the start of a line does not touch that line.
      const lines = ranges.flatMap(({ start, end }) => {
        const last = end.column === 0 && end.line > start.line ? end.line - 1 : end.line;
        return Array.from({ length: last - start.line + 1 }, (_, i) => start.line + i);
      });
      return [[`${match.repository.name} ${match.path}`, [...new Set(lines)].sort((a, b) => a - b)] as const];
    }),
  );

/** Nothing is found twice. */
function expectOnce(matches: readonly SearchMatch[]): void {
  const named = matches.map((match) => `${match.repository.name} ${'path' in match ? match.path : match.type}`);
  expect(named).toHaveLength(new Set(named).size);
}

const sorted = (entries: readonly (readonly [string, readonly number[]])[]): Hits =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

describe('the golden hits', () => {
  it.each(GOLDEN_HITS)('of the %s query %s are those of a plain scan', async (patternType, query, scan) => {
    const { matches, verdict } = await world.ask(query, admin, { patternType });
    expect(found(matches)).toEqual(expected(scan, query));
    expectOnce(matches);
    expect(verdict.exhaustive).toBe(true);
    // An operator alone is a word, with a filter beside it no more; and text with a parenthesis of its own ends a group around it.
    if (/index:|^(?:and|or|not)$|\w\(\w.* or /i.test(query)) return;
    // A filter belongs to what stands beside it.
    const isWhole = query.split('(').length === query.split(')').length;
    const alone = / or /i.test(query) && isWhole ? `index:no (${query})` : `index:no ${query}`;
    const unindexed = await world.ask(alone, admin, { patternType });
    expect(found(unindexed.matches)).toEqual(expected(scan, query));
  });

  it('are many, and most of them are some', () => {
    expect(GOLDEN_HITS.length).toBeGreaterThanOrEqual(200);
    const empty = GOLDEN_HITS.filter(([, query, scan]) => Object.keys(expected(scan, query)).length === 0);
    expect(empty.length).toBeLessThan(GOLDEN_HITS.length / 10);
  });
});
