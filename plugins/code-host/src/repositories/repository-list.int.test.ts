import { core, IdSet, pageRequest, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { aUser, contributed, found } from '../testing/fakes.js';
import { type ListedRepositories, REPOSITORY_LIST, RepositoryList, type RepositoryOrder } from './repository-list.js';

let db: Storage;
let world: World;
let ids: number[];
beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] });
  db = kernel.service(core.storage, 'code-host');
});
beforeEach(async () => {
  world = aWorld(db);
  await world.clear();
  const connection = await world.connect('one');
  const names = ['b', 'A', 'd/x', 'c', 'E'];
  // One sync each, so that each has an age of its own.
  for (let count = 1; count <= names.length; count++) {
    world.host.lists.set(
      'one',
      names.slice(0, count).map((name, index) => found(`x${index}`, name)),
    );
    await world.sync(connection);
  }
  ids = await Promise.all(names.map((_name, index) => world.idOf(`x${index}`)));
});

const admin = aUser(1, { siteAdmin: true });
const all = (more: Partial<ListedRepositories> = {}): ListedRepositories => ({
  orderBy: 'REPOSITORY_NAME',
  descending: false,
  with: [],
  without: [],
  ...more,
});

async function pages(list: RepositoryList, query: ListedRepositories, first: number): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await list.page(admin, query, pageRequest(REPOSITORY_LIST, { first, after }, { max: 100, default: 10 }));
    names.push(...page.nodes.map((repository) => repository.name));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) return names;
  }
}

describe('the list', () => {
  const sizes = contributed('git', { bytes: async () => new Map(ids.map((id, index) => [id, [30, 10, 20, 20][index] ?? 0])) });
  it.each<[RepositoryOrder, string[]]>([
    ['REPOSITORY_NAME', ['A', 'b', 'c', 'd/x', 'E']],
    ['REPO_CREATED_AT', ['b', 'A', 'd/x', 'c', 'E']],
    ['SIZE', ['E', 'A', 'd/x', 'c', 'b']],
  ])('comes by %s, whole over pages of any length, and backwards', async (orderBy, names) => {
    const list = new RepositoryList(world.db, world.wall, [], [sizes]);
    for (const first of [1, 2, 5, 10]) {
      expect(await pages(list, all({ orderBy }), first)).toEqual(names);
      expect(await pages(list, all({ orderBy, descending: true }), first)).toEqual([...names].reverse());
    }
  });

  it('keeps to properties that other plugins know', async () => {
    const cloned = contributed('git', { name: 'cloned' as const, having: async () => IdSet.of(ids.slice(0, 2)) });
    const list = new RepositoryList(world.db, world.wall, [cloned], []);
    expect(await pages(list, all({ with: ['cloned'] }), 10)).toEqual(['A', 'b']);
    expect(await pages(list, all({ without: ['cloned'] }), 10)).toEqual(['c', 'd/x', 'E']);
    expect(await list.count(admin, all({ with: ['cloned'], without: ['cloned'] }))).toBe(0);
    await expect(list.count(admin, all({ with: ['indexed'] }))).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_FILTER_UNAVAILABLE' });
    await expect(pages(list, all({ orderBy: 'SIZE' }), 1)).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_FILTER_UNAVAILABLE' });
  });

  it.each([
    [{ query: 'D/' }, ['d/x']],
    [{ query: '%' }, []],
    [{ names: ['a', 'nope'] }, ['A']],
    [{ fork: true }, []],
  ])('filters by %j', async (filter, names) => {
    expect(await pages(world.list, all(filter), 10)).toEqual(names);
  });

  it.each([['garbage'], ['eA'], ['xxxx'.repeat(500)]])('refuses the cursor %s', async (after) => {
    expect(() => pageRequest(REPOSITORY_LIST, { after }, { max: 1, default: 1 })).toThrow(
      expect.objectContaining({ code: 'SEXTANT_PAGE_ARGUMENT' }),
    );
    await expect(world.list.page(admin, all(), { limit: 1, after })).rejects.toMatchObject({ code: 'SEXTANT_PAGE_ARGUMENT' });
  });
});

describe('repositories by patterns over their names', () => {
  it('matches all of them, in any case, and pages', async () => {
    expect((await world.repositories.list(admin, { namePatterns: ['^[a-c]$', '[^b]'] }, { limit: 10 })).map((r) => r.name)).toEqual([
      'A',
      'c',
    ]);
    expect(await world.repositories.count(admin, { namePatterns: ['^[a-c]$'] })).toBe(3);
    const [first] = await world.repositories.list(admin, { namePatterns: ['^[a-c]$'] }, { limit: 1 });
    expect(
      (await world.repositories.list(admin, { namePatterns: ['^[a-c]$'] }, { limit: 1, afterId: first?.id ?? 0 })).map((r) => r.name),
    ).toEqual(['A']);
  });

  it('is linear, and says what is wrong with a pattern', async () => {
    expect(await world.repositories.count(admin, { namePatterns: ['(a+)+$'] })).toBe(1);
    await expect(world.repositories.list(admin, { namePatterns: ['('] }, { limit: 1 })).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_PATTERN',
    });
  });
});

describe('metadata', () => {
  it('is added, changed and removed, each only where that can be', async () => {
    const id = ids[0] ?? 0;
    await world.editor.addMetadata(id, 'team', 'x');
    await expect(world.editor.addMetadata(id, 'team', 'y')).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_METADATA_EXISTS' });
    await world.editor.updateMetadata(id, 'team', null);
    expect((await world.repositories.metadata(admin, [id])).get(id)).toEqual([{ key: 'team', value: null }]);
    await world.editor.deleteMetadata(id, 'team');
    await expect(world.editor.updateMetadata(id, 'team', 'y')).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_METADATA_NOT_FOUND' });
    await expect(world.editor.deleteMetadata(id, 'team')).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_METADATA_NOT_FOUND' });
    await expect(world.editor.addMetadata(id, 'a\nb', '')).rejects.toMatchObject({ code: 'SEXTANT_CODE_HOST_METADATA_INVALID' });
  });
});
