import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SearchExplanation } from '../explanation.js';
import { SpreadEngine } from '../spread/spread-engine.js';
import { admin, aUser, SearchWorld } from '../testing/a-search-world.js';

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

async function explain(query: string, actor = admin): Promise<SearchExplanation> {
  const told = await world.service.explain({ query, actor, signal: new AbortController().signal });
  if (!('work' in told)) throw new Error(told.description);
  return told;
}

describe('an explained search', () => {
  it('says of each repository which shards of the index are asked, and what is read from git', async () => {
    const history = [{ tree: { 'a.txt': 'old\n' } }];
    await world.add('held', { tree: { 'a.txt': 'needle\n', 'b.txt': 'hay\n' }, history });
    await world.add('new', { tree: { 'a.txt': 'needle\n' }, indexed: false });
    const { work, cost } = await explain('needle');
    expect(work).toEqual([
      {
        kinds: ['content', 'path', 'repository'],
        repositories: 2,
        sources: [
          { repository: 'held', by: 'index', shards: [{ shard: expect.any(String), documents: 3, contentBytes: expect.any(Number) }] },
          { repository: 'new', by: 'files', why: 'there is no index yet' },
        ],
        moreSources: 0,
      },
    ]);
    expect(cost).toMatchObject({ shards: 1, documents: 3, reads: 'candidates', unindexedRevisions: 1, histories: 0, laborious: false });
    const old = world.git.mirrors.get('held')!.commits[0]!.oid;
    expect((await explain(`repo:^held$@${old} needle`)).work[0]?.sources).toEqual([
      { repository: 'held', revision: old, commit: old, by: 'files', why: 'the index does not hold this revision' },
    ]);
    expect((await explain('repo:held index:no needle')).work[0]?.sources).toMatchObject([{ by: 'files', why: 'index:no' }]);
    expect((await explain('repo:held type:commit needle')).work[0]?.sources).toMatchObject([{ repository: 'held', by: 'commits' }]);
  });

  it.each([
    ['needle', 'candidates', false],
    ['type:path needle', 'names', false],
    ['/n[^x]/', 'everything', true],
    ['ab', 'everything', false],
    ['patterntype:structural needle($X)', 'candidates', true],
    ['patterntype:structural $X($Y)', 'everything', true],
  ])('says what "%s" reads', async (query, reads, laborious) => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    expect((await explain(query)).cost).toMatchObject({ reads, laborious });
  });

  it.each([
    ['needle', 'literal', /its bytes/, '"needle"'],
    ['/need(le|s)/', 'v8', /linear engine/, '"need"'],
    ['/(a?){2,5}b/', 're2', /may be empty/, '"b"'],
    ['/x$|y\\z/', 're2', /end of the file/, '"x" or "y"'],
  ])('says which engine runs %s, why, and what the index is asked for', async (query, engine, why, required) => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    const pattern = (await explain(`type:file ${query}`)).query.patterns[0];
    expect(pattern).toMatchObject({ engine, required, why: expect.stringMatching(why) });
  });

  it('says beforehand what an answer could not look at', async () => {
    await world.add('a', { tree: { 'a.txt': 'needle\n' } });
    await world.add('b', { indexed: false, status: 'cloning' });
    const { verdict } = await explain('needle');
    expect(verdict).toMatchObject({ exhaustive: false, reasons: [{ reason: 'repository-cloning', repositories: ['b'] }] });
  });

  it('asks each node for its own repositories, and names those of one that does not answer', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await world.add(name, { tree: { 'a.txt': 'needle\n' } });
    const dead = { ...world.nodeWith(new Set([1, 3])), explain: () => Promise.reject(new Error('gone')) };
    world.node = new SpreadEngine([
      { address: 'one', client: dead },
      { address: 'two', client: world.nodeWith(new Set([2, 4])) },
    ]);
    const { work, verdict, cost } = await explain('needle');
    expect(work[0]?.sources.map(({ repository }) => repository)).toEqual(['b', 'd']);
    expect(verdict.reasons.flatMap(({ repositories = [] }) => repositories)).toEqual(['a', 'c']);
    expect(cost.shards).toBe(2);
  });

  it('tells of no repository that the asker may not see', async () => {
    await world.add('open', { tree: { 'a.txt': 'needle\n' } });
    await world.add('hidden', { tree: { 'a.txt': 'needle\n' } });
    world.wall.grant(aUser(2), [1]);
    const told = await explain('needle', aUser(2));
    expect(JSON.stringify(told)).not.toContain('hidden');
    expect(told.work[0]?.repositories).toBe(1);
    expect(told.cost.documents).toBe(2);
  });

  it('tells no sizes where rules hide paths, as they would tell of what is hidden', async () => {
    await world.add('ruled', { tree: { 'a.txt': 'needle\n', 'secret.txt': 'needle\n' } });
    await world.add('open', { tree: { 'a.txt': 'needle\n' } });
    world.wall.hiddenPaths.set(1, new Set(['secret.txt']));
    world.wall.grant(aUser(2), [1, 2]);
    const { work, cost } = await explain('needle', aUser(2));
    expect(work[0]?.sources).toEqual([
      { repository: 'open', by: 'index', shards: [expect.objectContaining({ documents: 2 })] },
      { repository: 'ruled', by: 'index' },
    ]);
    expect(cost).toMatchObject({ shards: 1, documents: 2, words: expect.stringContaining('reads what you may see of 1 repository') });
  });

  it('is an alert when the query cannot be understood', async () => {
    const told = await world.service.explain({ query: 'repo:a rev:', actor: admin, signal: new AbortController().signal });
    expect(told).toMatchObject({ kind: 'invalid-query', proposedQueries: [{ query: 'repo:a' }] });
  });
});
