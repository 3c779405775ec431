import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';
import { added } from '../testing/fake-git.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

async function facets(query: string, kind: string) {
  const { filters } = await world.ask(query);
  return filters.filter((filter) => filter.kind === kind).map(({ value, label, count }) => [value, label, count]);
}

describe('the filters that an answer proposes', () => {
  it('are repositories, languages, endings, types, and what leaves tests out, each with its count', async () => {
    await world.add('acme/app', { tree: { 'a.ts': 'needle needle\n', 'test/b.py': 'needle\n' } });
    expect(await facets('needle type:file', 'repo')).toEqual([['repo:^acme/app$', 'acme/app', 3]]);
    expect(await facets('needle type:file', 'lang')).toEqual([
      ['lang:TypeScript', 'TypeScript', 2],
      ['lang:Python', 'Python', 1],
    ]);
    expect(await facets('needle type:file', 'file')).toEqual([
      ['file:\\.ts$', '.ts', 2],
      ['file:\\.py$', '.py', 1],
    ]);
    expect(await facets('needle type:file', 'type')).toEqual([['type:file', 'Code', 3]]);
    expect(await facets('needle type:file', 'utility')).toEqual([[expect.stringMatching(/^-file:/), 'Exclude tests', 1]]);
  });

  it('are kinds of symbols', async () => {
    await world.add('a', { tree: { 'a.ts': 'class Needle {}\nfunction needle() {}\nfunction needleToo() {}\n' } });
    expect(await facets('type:symbol needle', 'symbol type')).toEqual([
      ['select:symbol.function', 'function', 2],
      ['select:symbol.class', 'class', 1],
    ]);
  });

  it('are authors of commits and times since them, which find just those', async () => {
    await world.add('a', {
      history: [{ tree: { x: 'x' }, message: 'needle' }],
      tree: { y: 'y' },
      message: 'needle',
      diff: [added('y', 'needle')],
    });
    // The clock of the world is thirty days later.
    expect(await facets('type:commit needle', 'author')).toEqual([['author:"^Ada Test <ada\\\\@example\\\\.com>$"', 'Ada Test', 2]]);
    expect(await facets('type:commit needle', 'commit date')).toEqual([
      ['after:"1 month ago"', 'Last month', 2],
      ['after:"1 year ago"', 'Last year', 2],
    ]);
    const [[filter] = []] = await facets('type:commit needle', 'author');
    expect((await world.ask(`type:commit needle ${filter}`)).matches).toHaveLength(2);
    expect((await world.ask(`type:commit needle -${filter}`)).matches).toEqual([]);
    expect((await world.ask('type:commit needle after:"1 month ago"')).matches).toHaveLength(2);
  });

  it('tell of no author in a repository that was taken away meanwhile', async () => {
    const ada = aUser(2);
    await world.add('a', { tree: { y: 'y' }, message: 'needle' });
    world.wall.grant(ada, [1]);
    const told: string[] = [];
    for await (const event of world.start('type:commit needle', ada)) {
      if (event.type === 'matches') world.wall.grant(ada, []);
      if (event.type === 'filters') told.push(...event.filters.map(({ kind }) => kind));
    }
    expect(told).toEqual([]);
  });

  it('count nothing of a repository that was taken away meanwhile', async () => {
    const ada = aUser(2);
    await world.add('a', { tree: { 'y.ts': 'needle needle\n' } });
    await world.add('b', { tree: { 'y.ts': 'needle\n', 'z.py': 'needle\n' } });
    world.wall.grant(ada, [1, 2]);
    const told: [string, number][] = [];
    for await (const event of world.start('needle type:file', ada)) {
      if (event.type === 'matches') world.wall.grant(ada, [1]);
      if (event.type === 'filters') told.push(...event.filters.map(({ value, count }): [string, number] => [value, count]));
    }
    expect(told.filter(([value]) => !value.startsWith('-'))).toEqual([
      ['repo:^a$', 2],
      ['lang:TypeScript', 2],
      ['file:\\.ts$', 2],
      ['type:file', 2],
    ]);
  });
});

describe('what a stream skips', () => {
  it('tells forks from archived repositories, each once however many alternatives leave them out', async () => {
    await world.add('a', { tree: { 'a.ts': 'needle\n' } });
    await world.add('a-fork', { fork: true });
    await world.add('a-fork2', { fork: true });
    await world.add('a-old', { archived: true });
    const { progress, verdict } = await world.ask('(repo:a needle) or (repo:a- hay)');
    expect(progress.skipped).toMatchObject([
      { reason: 'excluded-fork', title: '2 forks excluded', suggested: { queryExpression: 'fork:yes' } },
      { reason: 'excluded-archive', title: '1 archived repository excluded', suggested: { queryExpression: 'archived:yes' } },
    ]);
    expect(verdict.words).toBe(
      'Everything you may see was searched; 2 forks were left out, as the query does not ask for them; 1 archived repository was left out, as the query does not ask for it.',
    );
    expect((await world.ask('repo:a needle fork:yes archived:only')).progress.skipped).toEqual([]);
  });

  it('says how many results were counted and not shown', async () => {
    await world.add('a', { tree: { '1.ts': 'needle\n', '2.ts': 'needle\n', '3.ts': 'needle\n' } });
    const { matches, progress, verdict } = await world.ask('needle type:file', admin, { display: 1 });
    expect([matches.length, progress.matchCount, verdict.exhaustive]).toEqual([1, 3, true]);
    expect(progress.skipped).toMatchObject([{ reason: 'display', severity: 'info', title: '2 results not shown' }]);
    expect((await world.ask('needle type:file', admin, { display: 0 })).progress.skipped).toEqual([]);
  });
});
