import { type LeakSurface, leakMatrix, leaksIn, lossesIn, type MatrixRepository } from '@sextant/plugin-code-host/testing';
import { type Actor, encodeNodeId, RepoName } from '@sextant/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGit, collect, type TestGit } from '../../testing/a-git.js';
import { aKnownRepository, anApi, aPerson, aRequest } from '../../testing/an-api.js';
import { commitNode, refNode } from './nodes.js';
import { rawRoute } from './raw-route.js';
import { refreshRoute } from './refresh-route.js';
import { aGraphQL } from './testing/a-graphql.js';

type World = ReturnType<typeof anApi> & { readonly ask: Awaited<ReturnType<typeof aGraphQL>> };
type Surface = LeakSurface<World>;

let test: TestGit;
let repositories: MatrixRepository[];
let world: World;
let open: World;
const ada = aPerson({ id: 'user:1', userId: 1 });
const bob = aPerson({ id: 'user:2', userId: 2 });
const nobody: Actor = { ...aPerson({ id: 'user:3', userId: 3 }) };
const actors = [ada, bob, nobody];
const ghost: MatrixRepository = { id: 99, name: 'no/such', marks: [encodeNodeId('Repository', 99), '0'.repeat(40)] };
const may = (actor: Actor, { id }: { readonly id: number }): boolean => actor.userId === id;

async function aWorld(walled: boolean): Promise<World> {
  const known = repositories.map(({ id, name }) => aKnownRepository(id, RepoName.parse(name)));
  const api = anApi(test.git, known, walled ? { hiddenFrom: (actor, id) => !may(actor, { id }) } : {});
  return { ...api, ask: await aGraphQL(api.deps, [commitNode(api.deps), refNode(api.deps)]) };
}

beforeAll(async () => {
  test = await aGit();
  repositories = await Promise.all(
    [1, 2].map(async (id) => {
      const { name, head } = await test.mirror(`host/secret-${id}`, { commits: [{ files: { 'README.md': `of ${id}\n` } }] });
      return { id, name, marks: [encodeNodeId('Repository', id), head] };
    }),
  );
  world = await aWorld(true);
  open = await aWorld(false);
});
afterAll(() => test.close());

const graphql = (
  name: string,
  query: string,
  variables: (repository: MatrixRepository) => object,
  shown: (data: never) => unknown,
): Surface => ({
  name,
  ask: ({ ask }, actor, repository) => ask(query, variables(repository), actor),
  reveals: (answer) => {
    const { data } = answer as { data: never };
    return data !== null && data !== undefined && Boolean(shown(data));
  },
});
const raw = (name: string, method: string, path: string, search: string): Surface => ({
  name,
  async ask({ deps }, actor, repository) {
    const request = { ...aRequest(method, `/x${search}`, { repo: repository.name, path }), actor };
    const { status, body } = await rawRoute(deps, () => 0)(request);
    return { status: status ?? 200, found: true, body: typeof body === 'object' ? await collect(body as AsyncIterable<Uint8Array>) : body };
  },
  reveals: (answer) => (answer as { found?: boolean }).found === true,
});
const oidOf = ({ marks }: MatrixRepository): string => marks![1]!;

const surfaces: readonly Surface[] = [
  graphql(
    'repository { commit }',
    'query ($n: String!) { repository(name: $n) { commit(rev: "HEAD") { oid tree { entries { path } } } } }',
    ({ name: n }) => ({ n }),
    (data: { repository: unknown }) => data.repository,
  ),
  graphql(
    'repository { mirrorInfo }',
    'query ($n: String!) { repository(name: $n) { mirrorInfo { cloned } } }',
    ({ name: n }) => ({ n }),
    (data: { repository: unknown }) => data.repository,
  ),
  graphql(
    'repository { gitRefs }',
    'query ($n: String!) { repository(name: $n) { gitRefs { nodes { name } } } }',
    ({ name: n }) => ({ n }),
    (data: { repository: unknown }) => data.repository,
  ),
  graphql(
    'node(GitCommit)',
    'query ($id: ID!) { node(id: $id) { ... on GitCommit { oid } } }',
    (r) => ({ id: encodeNodeId('GitCommit', `${r.id}:${oidOf(r)}`) }),
    (data: { node: unknown }) => data.node,
  ),
  graphql(
    'node(GitRef)',
    'query ($id: ID!) { node(id: $id) { ... on GitRef { displayName } } }',
    (r) => ({ id: encodeNodeId('GitRef', `${r.id}:refs/heads/main`) }),
    (data: { node: unknown }) => data.node,
  ),
  graphql(
    'updateMirrorRepository',
    'mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }',
    ({ marks }) => ({ id: marks![0] }),
    (data: { updateMirrorRepository: unknown }) => data.updateMirrorRepository,
  ),
  raw('raw file', 'GET', 'README.md', ''),
  raw('raw folder', 'GET', '', ''),
  raw('raw archive', 'GET', '', '?format=tar'),
  raw('raw HEAD', 'HEAD', 'README.md', ''),
  {
    name: 'refresh',
    ask: async ({ deps }, actor, { name }) => ({ ...(await refreshRoute(deps)({ ...aRequest('POST', '/', { name }), actor })) }),
    reveals: (answer) => (answer as { status?: number }).status === 202,
  },
];

describe('what git shows of repositories', () => {
  it('is shown to who may see them, and looks to all others like nothing at all', async () => {
    const cells = await leakMatrix({ world, surfaces, actors, repositories, ghost, may });
    expect(cells).toHaveLength(surfaces.length * actors.length * repositories.length);
    expect(leaksIn(cells)).toEqual([]);
    expect(lossesIn(cells)).toEqual([]);
  });

  it.each(surfaces.map((surface) => [surface.name, surface] as const))(
    'is found out when the wall is missing before %s',
    async (_name, surface) => {
      const cells = await leakMatrix({ world: open, surfaces: [surface], actors, repositories, ghost, may });
      expect(leaksIn(cells).length).toBeGreaterThan(0);
    },
  );
});
