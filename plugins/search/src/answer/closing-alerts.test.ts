import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PatternType } from '../api.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

const proposed = (alert: { readonly proposedQueries: readonly { readonly query: string }[] } | undefined) =>
  alert?.proposedQueries.map(({ query }) => query);

describe('a search that finds nothing', () => {
  beforeEach(() => world.add('a', { tree: { 'a.ts': 'const hay = 1; // needle\nx+y=z\nnumber42\n', 'b.ts': 'straw\n' } }));

  it.each<[PatternType, string, string]>([
    ['standard', 'needle hay', 'patterntype:keyword needle hay'],
    ['standard', '"needle"', 'patterntype:keyword "needle"'],
    ['literal', 'needle hay lang:typescript', 'patterntype:keyword needle hay lang:typescript'],
    ['standard', 'file:a.ts -straw', 'file:a.ts not straw'],
    ['standard', 'number\\d+', 'patterntype:regexp number\\d+'],
    ['keyword', 'file:a.ts "needle', 'file:a.ts "needle"'],
    ['regexp', 'file:b.ts -needle', 'file:b.ts not needle'],
    ['keyword', 'need(le|t)', 'patterntype:regexp need(le|t)'],
    ['standard', 'patterntype:literal hay.*needle', 'patterntype:regexp hay.*needle'],
    ['regexp', 'x+y=z', 'patterntype:literal x+y=z'],
    ['standard', 'type:file (needle hay) or nowhere', 'patterntype:keyword type:file (needle hay) or nowhere'],
  ])('by %s %s is told what it may have meant', async (patternType, query, meant) => {
    const { alert, matches, verdict } = await world.ask(query, admin, { patternType });
    expect([matches, verdict.exhaustive]).toEqual([[], true]);
    expect(alert).toMatchObject({ kind: 'nothing-found', title: 'Nothing was found; it may have been meant in another way' });
    expect(proposed(alert)).toContain(meant);
    expect((await world.ask(meant, admin, { patternType })).matches.length).toBeGreaterThan(0);
  });

  it.each<[PatternType, string]>([
    ['standard', 'nowhere'],
    ['keyword', 'needle nowhere'],
    ['regexp', 'nowhere'],
    ['keyword', '/nowhere.*/'],
    ['standard', ''],
    ['standard', 'repo:absent needle hay'],
  ])('by %s %s has nothing else that it may have meant', async (patternType, query) => {
    expect(
      (await world.ask(`${query} file:nofile`, admin, { patternType })).events.flatMap((e) => (e.type === 'alert' ? [e.alert.kind] : [])),
    ).toEqual(query.startsWith('repo:') ? ['no-repositories'] : []);
  });
});

describe('a search for revisions that do not exist', () => {
  beforeEach(async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await world.add(name, { tree: { 'a.ts': 'needle\n' } });
  });

  it.each([
    ['repo:a1@nowhere needle', 'repo:a1 needle'],
    ['repo:a1@main:nowhere needle', 'repo:a1@main needle'],
    ['repo:a1 rev:nowhere:main needle', 'repo:a1 rev:main needle'],
    ['repo:a1 rev:nowhere needle', 'repo:a1 needle'],
    ['repo:a@gone needle repo:1', 'repo:a needle repo:1'],
  ])('%s says which, and proposes to search without them', async (query, without) => {
    const { alert, verdict } = await world.ask(query);
    expect(verdict.exhaustive).toBe(false);
    expect(alert).toMatchObject({ kind: 'missing-revisions', description: expect.stringMatching(/^There is no revision "\w+" in a1\.$/) });
    expect(proposed(alert)).toEqual([without]);
    expect((await world.ask(without)).verdict.exhaustive).toBe(true);
  });

  it('names a few of the repositories, of those that the asker may see', async () => {
    expect((await world.ask('repo:a@nowhere needle')).alert?.description).toBe('There is no revision "nowhere" in a1, a2, a3 and 2 more.');
    world.wall.grant(aUser(2), [4]);
    expect((await world.ask('repo:a@nowhere needle', aUser(2))).alert?.description).toBe('There is no revision "nowhere" in a4.');
  });
});

describe('a search of more histories than one reads', () => {
  beforeEach(async () => {
    for (const name of ['a1', 'a2', 'a3']) await world.add(name, { tree: { 'a.ts': name }, message: 'needle' });
    world.settings = { ...world.settings, historyRepositories: 2 };
  });

  it('reads the first, says so, and proposes to say since when', async () => {
    const { alert, matches, verdict, progress } = await world.ask('type:commit needle');
    expect(matches.map(({ repository }) => repository.name).sort()).toEqual(['a1', 'a2']);
    expect(verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'repository-limit', count: 1 }] });
    expect(verdict.words).toBe('This answer is incomplete: The histories of 2 of 3 repositories were searched.');
    expect(progress.skipped).toMatchObject([{ reason: 'repository-limit', title: '1 history not searched' }]);
    expect(alert).toMatchObject({ kind: 'repository-limit', title: 'There are too many histories to search all of them' });
    expect(proposed(alert)).toEqual(['type:commit needle after:"1 month ago"']);
  });

  it('has a wider limit where the query says when, and none where the site says so', async () => {
    expect((await world.ask('type:commit needle after:2020-01-01')).verdict.exhaustive).toBe(true);
    expect((await world.ask('type:commit needle -after:2020-01-01')).verdict.exhaustive).toBe(false);
    world.settings = { ...world.settings, historyRepositories: -1 };
    expect((await world.ask('type:commit needle')).matches).toHaveLength(3);
    world.settings = { ...world.settings, historyRepositoriesInTime: 1 };
    expect((await world.ask('type:diff before:2030-01-01')).verdict.words).toContain('The histories of 1 of 3 repositories were searched');
  });
});

describe('a search whose time is up', () => {
  beforeEach(async () => {
    await world.add('a', { tree: { 'a.ts': 'needle\n' }, indexed: false });
    const { blobs } = world.git;
    world.git.blobs = (o) => {
      world.pass(120_000);
      return blobs(o);
    };
    await world.add('b', { tree: { 'b.ts': 'needle\n' }, indexed: false });
  });

  it.each([
    ['needle type:file', ['timeout:60s needle type:file', 'needle type:file index:only']],
    ['timeout:5s needle type:file', ['timeout:60s needle type:file', 'timeout:5s needle type:file index:only']],
    ['timeout:60s needle type:file', ['timeout:60s needle type:file index:only']],
    ['timeout:2m needle type:file', ['timeout:2m needle type:file index:only']],
    ['index:no needle type:file', ['timeout:60s index:no needle type:file']],
    ['(needle or hay) type:file', ['timeout:60s (needle or hay) type:file', '(needle or hay) type:file index:only']],
  ])('%s is proposed with more time, and with the index alone', async (query, queries) => {
    const { alert, verdict } = await world.ask(query);
    expect(verdict.reasons.map(({ reason }) => reason)).toContain('timed-out');
    expect(alert).toMatchObject({ kind: 'timed-out', description: expect.stringContaining('What no index holds is read from git') });
    expect(alert?.description.includes('A search may take 60 s here.')).toBe(query.includes('timeout:2m'));
    expect(proposed(alert)).toEqual(queries);
  });
});
