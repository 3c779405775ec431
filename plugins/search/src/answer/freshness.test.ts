import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, SearchWorld } from '../testing/a-search-world.js';
import { added } from '../testing/fake-git.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

const tree = { 'needle.ts': 'function needle() {}\n' };
const moved = 'f'.repeat(40);
/** Ninety seconds before the clock of the world. */
const lastChanged = new Date('2026-01-31T23:58:30Z');

const WAYS = [
  ['contents', 'needle type:file'],
  ['paths', 'type:path needle'],
  ['symbols', 'type:symbol needle'],
  ['repositories of matches', 'needle type:file select:repo'],
  ['files of matches', 'needle type:file select:file'],
  ['folders of matches', 'needle type:file select:file.directory'],
  ['symbols of a kind', 'needle select:symbol.function'],
] as const;

describe('how new a hit is', () => {
  it.each(WAYS)('is said of %s that the index holds at the head of the mirror', async (_kind, query) => {
    const { head } = world.states.get((await world.add('a', { tree })).id)!;
    const { matches, verdict } = await world.ask(query);
    expect(matches).toHaveLength(1);
    expect(matches).toMatchObject([
      { commit: head!.commit, freshness: { indexedAt: expect.stringMatching(/^\d{4}-.*Z$/), stale: false, lagSeconds: 0 } },
    ]);
    expect(verdict).not.toHaveProperty('lagSeconds');
  });

  it.each(WAYS)('is said of %s when the mirror has moved on since, with the time that passed', async (_kind, query) => {
    const repository = await world.add('a', { tree });
    const { commit } = world.states.get(repository.id)!.head!;
    world.mirror(repository, { head: { branch: 'main', commit: moved }, lastChanged });
    const { matches, verdict } = await world.ask(query);
    expect(matches).toMatchObject([{ commit, freshness: { indexedAt: expect.any(String), stale: true, lagSeconds: 90 } }]);
    expect(verdict).toMatchObject({ exhaustive: false, lagSeconds: 90, reasons: [{ reason: 'stale', repositories: ['a'] }] });
    expect(verdict.words).toContain('1 of these results are from the older commits, which are behind by 1 minute or more (a)');
  });

  it.each([
    ['contents of a revision', 'repo:^a$@v1 needle type:file'],
    ['contents without the index', 'index:no needle type:file'],
    ['symbols without the index', 'index:no needle type:symbol'],
    ['messages', 'type:commit needle'],
    ['changes', 'type:diff needle'],
    ['repositories', 'type:repo a'],
  ])('is said of %s, which are read from the mirror itself and never behind it', async (_kind, query) => {
    const repository = await world.add('a', { tree, message: 'Add a needle', diff: [added('needle.ts', 'needle')] });
    world.git.mirrors.get('a')!.refs.set('refs/tags/v1', world.states.get(repository.id)!.head!.commit);
    world.mirror(repository, { lastChanged, lastFetched: new Date('2026-01-31T00:00:00Z') });
    const { matches, verdict } = await world.ask(query);
    expect(matches).toMatchObject([
      { freshness: { stale: false, lagSeconds: 0 }, repository: { lastFetched: '2026-01-31T00:00:00.000Z' } },
    ]);
    expect(matches[0]?.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(verdict.exhaustive).toBe(true);
  });

  it('is never less than nothing, where the clock of the mirrors is ahead', async () => {
    const repository = await world.add('a', { tree });
    world.mirror(repository, { head: { branch: 'main', commit: moved }, lastChanged: new Date('2026-02-02T00:00:00Z') });
    expect((await world.ask('needle type:file', admin)).matches).toMatchObject([{ freshness: { stale: true, lagSeconds: 0 } }]);
  });
});
