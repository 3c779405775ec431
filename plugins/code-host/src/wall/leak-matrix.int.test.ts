import { type Actor, ANONYMOUS, core, RepoName, type Storage } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { aWorld, type World } from '../testing/a-world.js';
import { aUser, found } from '../testing/fakes.js';
import { type LeakSurface, leakMatrix, leaksIn, lossesIn, type MatrixRepository } from '../testing/leak-matrix.js';

let db: Storage;
let world: World;
let connection: number;
let repositories: readonly MatrixRepository[];
const ghost: MatrixRepository = { id: 2_000_000, name: 'ghost/never-was', marks: ['https://fake.example.com/never', 'ghost/before-never'] };
const users = [aUser(11), aUser(12), aUser(13)] as const;
const actors: readonly Actor[] = [...users, aUser(1, { siteAdmin: true }), ANONYMOUS];
// User 11 sees both of the first, 12 the second alone, 13 none.
const grants: Readonly<Record<number, readonly number[]>> = { 11: [0, 1], 12: [1], 13: [] };

const everything = { orderBy: 'REPOSITORY_NAME', descending: false, with: [], without: [] } as const;
const nameOf = (repository: MatrixRepository): RepoName => RepoName.parse(repository.name);
const positive = (answer: unknown): boolean => (answer as number) > 0;

const surfaces: readonly LeakSurface<World>[] = [
  { name: 'a repository by its name', ask: (w, actor, r) => w.repositories.byName(actor, nameOf(r)) },
  {
    name: 'a repository by its name in other letters',
    ask: (w, actor, r) => w.repositories.byName(actor, RepoName.parse(r.name.toUpperCase())),
  },
  { name: 'a repository by its former name', ask: (w, actor, r) => w.repositories.byName(actor, RepoName.parse(r.marks?.[1] ?? '')) },
  { name: 'a repository by its clone URL', ask: (w, actor, r) => w.repositories.byCloneUrl(actor, r.marks?.[0] ?? '') },
  { name: 'a repository by its id', ask: (w, actor, r) => w.repositories.byId(actor, r.id) },
  { name: 'repositories by their ids', ask: async (w, actor, r) => [...(await w.repositories.byIds(actor, [r.id])).values()] },
  { name: 'the list of repositories', ask: (w, actor) => w.repositories.list(actor, {}, { limit: 100 }) },
  { name: 'the list by part of a name', ask: (w, actor, r) => w.repositories.list(actor, { query: r.name.slice(2) }, { limit: 100 }) },
  { name: 'the list by a pattern', ask: (w, actor, r) => w.repositories.list(actor, { namePatterns: [`^${r.name}$`] }, { limit: 100 }) },
  { name: 'the list with the deleted', ask: (w, actor) => w.repositories.list(actor, { includeDeleted: true }, { limit: 100 }) },
  { name: 'the count by name', ask: (w, actor, r) => w.repositories.count(actor, { names: [r.name] }), reveals: positive },
  {
    name: 'the count by a pattern',
    ask: (w, actor, r) => w.repositories.count(actor, { namePatterns: [`^${r.name}$`] }),
    reveals: positive,
  },
  { name: 'the page by name', ask: (w, actor) => w.list.page(actor, everything, { limit: 100, after: undefined }) },
  {
    name: 'the page by age',
    ask: (w, actor) =>
      w.list.page(actor, { ...everything, orderBy: 'REPO_CREATED_AT', descending: true }, { limit: 100, after: undefined }),
  },
  {
    name: 'the page of one name',
    ask: (w, actor, r) => w.list.page(actor, { ...everything, names: [r.name] }, { limit: 1, after: undefined }),
  },
  { name: 'the total of a page', ask: (w, actor, r) => w.list.count(actor, { ...everything, query: r.name }), reveals: positive },
  {
    name: 'the repositories of a connection',
    ask: (w, actor) => w.list.page(actor, { ...everything, connectionId: connection }, { limit: 100, after: undefined }),
  },
  {
    name: 'the number of repositories of a connection',
    ask: (w, actor, r) => w.list.count(actor, { ...everything, connectionId: connection, names: [r.name] }),
    reveals: positive,
  },
  {
    name: 'the metadata',
    ask: (w, actor, r) => w.repositories.metadata(actor, [r.id]),
    reveals: (answer, r) => (answer as Map<number, unknown>).has(r.id),
  },
  {
    name: 'the visibility itself',
    ask: async (w, actor, r) => (await w.wall.of(actor)).canSee(r.id),
    reveals: (answer) => answer === true,
  },
];

beforeAll(async () => {
  const kernel = await startTestKernel({ plugins: [manifest], roles: ['api', 'migrator'] });
  db = kernel.service(core.storage, 'code-host');
  world = aWorld(db);
  await world.clear();
  connection = await world.connect('one');
  const names = ['team/first', 'team/second', 'other/third'];
  world.host.lists.set(
    'one',
    names.map((name, index) => found(`x${index}`, name.replace('/', '/before-'))),
  );
  await world.sync(connection);
  world.host.lists.set(
    'one',
    names.map((name, index) => found(`x${index}`, name, { private: true, description: `about ${name}` })),
  );
  await world.sync(connection);
  repositories = await Promise.all(
    names.map(async (name, index) => ({
      id: await world.idOf(`x${index}`),
      name,
      marks: [`https://fake.example.com/x${index}`, name.replace('/', '/before-')],
    })),
  );
  for (const repository of repositories) await world.editor.addMetadata(repository.id, 'secret', repository.name);
  for (const [user, indexes] of Object.entries(grants))
    world.permissions.granted.set(Number(user), new Set(indexes.map((index) => repositories[index]?.id ?? -1)));
});

/** The truth, worked out without the wall. */
const may = (actor: Actor, repository: MatrixRepository): boolean =>
  actor.siteAdmin ||
  (actor.userId !== undefined && (grants[actor.userId] ?? []).some((index) => repositories[index]?.name === repository.name));
const matrix = (surface: LeakSurface<World>, of: World = world) =>
  leakMatrix({ world: of, surfaces: [surface], actors, repositories, ghost, may });

describe('the leak matrix (rows 16, 18)', () => {
  it.each(surfaces.map((surface) => [surface.name, surface] as const))(
    '%s: shows what one may see, and what one may not looks as if it were not there',
    async (_name, surface) => {
      const cells = await matrix(surface);
      expect(cells).toHaveLength(actors.length * repositories.length);
      expect(leaksIn(cells)).toEqual([]);
      expect(lossesIn(cells)).toEqual([]);
    },
  );

  // Should the wall not be asked there, the row above proves nothing.
  it.each(surfaces.map((surface) => [surface.name, surface] as const))('%s: is red without the wall', async (_name, surface) => {
    const open = aWorld(db);
    open.settings.withPermissions = false;
    open.settings.wall = { ...world.settings.wall, openToAllUsers: true };
    expect(leaksIn(await matrix(surface, open)).length).toBeGreaterThan(0);
  });

  it('shows nothing to users when permissions are unavailable', async () => {
    world.permissions.failure = new Error('down');
    const cells = await leakMatrix({ world, surfaces, actors: users, repositories, ghost, may: () => false });
    world.permissions.failure = undefined;
    expect(leaksIn(cells)).toEqual([]);
  });

  it('hides at once what is revoked', async () => {
    const [first] = repositories;
    const before = world.permissions.granted.get(11) ?? new Set();
    world.permissions.granted.set(11, new Set([...before].filter((id) => id !== first?.id)));
    world.permissions.epoch++;
    const cells = await leakMatrix({
      world,
      surfaces,
      actors: [users[0]],
      repositories,
      ghost,
      may: (_actor, repository) => repository.name === 'team/second',
    });
    world.permissions.granted.set(11, before);
    expect([...leaksIn(cells), ...lossesIn(cells)]).toEqual([]);
  });
});
