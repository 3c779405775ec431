import type { Repository } from '@sextant/plugin-code-host/api';
import { type LeakSurface, leakMatrix, type MatrixCell, type MatrixRepository } from '@sextant/plugin-code-host/testing';
import { type Actor, encodeNodeId, type Operation, type RouteRequest } from '@sextant/sdk';
import type { ResultSource } from '../api.js';
import { ANONYMOUS, admin, aUser, SearchWorld, silent } from './a-search-world.js';
import { added } from './fake-git.js';

type Ask = (query: string, variables: object, actor: Actor) => Promise<{ readonly data: never }>;
/** Two repositories that one of the actors may see half of, and GraphQL over them. */
export interface LeakWorld {
  /** Everything is well. */
  readonly whole: SearchWorld;
  /** Nothing is cloned yet. */
  readonly cloning: SearchWorld;
  readonly ask: Ask;
  readonly askCloning: Ask;
}
export type Surface = LeakSurface<LeakWorld>;

const one = aUser(2);
export const none = aUser(3);
export const actors = [admin, one, none, ANONYMOUS];
export const may = (actor: Actor, { id }: { readonly id: number }): boolean => actor.siteAdmin || (actor === one && id === 1);
const aTarget = (id: number, name: string): MatrixRepository => ({ id, name, marks: [encodeNodeId('Repository', id), `only${id}here`] });
export const repositories = [aTarget(1, 'host/secret-one'), aTarget(2, 'host/secret-two')];
export const ghost = aTarget(99, 'host/secret-nil');
export const mark = ({ marks }: MatrixRepository): string => marks![1]!;

async function aSearch(status: 'cloned' | 'cloning'): Promise<SearchWorld> {
  const made = await SearchWorld.open();
  for (const target of repositories) {
    const word = mark(target);
    const found = await made.add(target.name, {
      status,
      indexed: status === 'cloned',
      tree: { [`${word}.ts`]: `export function ${word}() { return 'needle'; }\n`, [`${word}.bin`]: Buffer.from([0, 1]) },
      message: `Change ${word}`,
      diff: [added('file.ts', `added ${word}`)],
      topics: [`topic-${word}`],
      description: `about ${word}`,
    });
    made.wall.metadata.set(found.id, [{ key: `key-${word}`, value: word }]);
  }
  made.wall.grant(one, [1]);
  // A plugin that chooses all it is asked of, and one that finds in every repository whoever asks.
  const reject = (): void => undefined;
  made.predicates.push({
    plugin: 'all',
    value: { on: 'repo', name: 'has.all', choose: (_argument, among) => new Set(among.map(({ id }) => id)) },
    reject,
  });
  made.resultSources.push({ plugin: 'notes', value: { type: 'note', find: notes }, reject });
  return made;
}

const notes: ResultSource['find'] = async function* ({ fits }) {
  for (const target of repositories) {
    const path = `notes/${mark(target)}.md`;
    if (fits(mark(target), { repositoryId: target.id, path }))
      yield [{ repositoryId: target.id, commit: 'c0ffee', match: { type: 'path', path, pathRanges: [], score: 1 } }];
  }
};

/**
 * @param graphql the fields of the plugin
 * @param walled false: with holes in the wall, which every surface must show
 */
export async function aLeakWorld(graphql: unknown, walled: boolean): Promise<LeakWorld> {
  const whole = await aSearch('cloned');
  const cloning = await aSearch('cloning');
  if (!walled) for (const { wall } of [whole, cloning]) for (const hole of ['visibility', 'repositories'] as const) wall.holes.add(hole);
  return { whole, cloning, ask: await aGraphQL(graphql, whole), askCloning: await aGraphQL(graphql, cloning) };
}

/** The parts of the types' owners that search hangs on. */
const owners = ({ wall }: SearchWorld) => ({
  typeDefs: `
    type Repository implements Node { id: ID! name: String! }
    type GitBlob { path: String! }
    type GitCommit { oid: String! }
    type RepositoryStats { total: Int! }
    extend type Query {
      repository(name: String): Repository @requires(role: PUBLIC)
      repositoryStats: RepositoryStats @requires(role: SITE_ADMIN)
    }`,
  resolvers: () => ({
    Query: {
      repository: (_: unknown, { name }: { name: string }, op: Operation) => wall.repositories.byName(op.actor, name as never),
      repositoryStats: () => ({ total: 0 }),
    },
    Repository: { id: ({ id }: Repository) => encodeNodeId('Repository', id) },
  }),
});

export const aRequest = (path: string, actor: Actor, body = ''): RouteRequest =>
  ({
    method: body ? 'POST' : 'GET',
    path: '/x',
    params: {},
    query: new URL(`http://host${path}`).searchParams,
    headers: { 'content-type': 'application/json' },
    actor,
    remoteAddress: '127.0.0.1',
    peerAccount: async () => 'owner',
    clientAddress: '127.0.0.1',
    trace: 'trace-1',
    signal: new AbortController().signal,
    log: silent,
    bytes: async () => Buffer.from(body),
    json: async () => JSON.parse(body),
    async *stream() {
      yield Buffer.from(body);
    },
  }) as RouteRequest;

/** The plugin's fields on the kernel's engine. By address, because a test may not import the kernel by name. */
async function aGraphQL(graphql: unknown, search: SearchWorld): Promise<Ask> {
  const at = (path: string): string => new URL(`../../../../kernel/src/${path}`, import.meta.url).href;
  const { GraphQLEngine } = await import(/* @vite-ignore */ at('graphql/graphql-engine.ts'));
  const { Boundary } = await import(/* @vite-ignore */ at('boundary/boundary.ts'));
  const engine = new GraphQLEngine({
    boundary: new Boundary({ allows: () => true, failed: () => {} }),
    log: silent,
    limits: {},
    plugins: { list: () => [], enable: async () => undefined, disable: async () => undefined },
    nodes: () => [],
    pluginChanges: async function* () {},
  });
  const deps = {
    repositories: search.wall.repositories,
    visibility: search.wall.visibility,
    git: search.git.asGit(),
    mirrors: { states: async () => search.states },
    engine: search.realNode,
    clock: search.clock,
    jobs: { enqueue: async () => '1' },
    own: search.service,
  };
  const { rejected } = engine.compose([
    { plugin: 'owners', part: owners(search), deps: {}, ctx: { id: 'owners' } },
    { plugin: 'search', part: graphql, deps, ctx: { id: 'search' } },
  ]);
  if (rejected.length > 0) throw rejected[0].error;
  return async (query, variables, actor) => {
    const { body } = await engine.handle(aRequest('/', actor, JSON.stringify({ query, variables })));
    if (typeof body === 'string') return JSON.parse(body);
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
    return JSON.parse(Buffer.concat(parts).toString());
  };
}

/** How long it took differs from run to run, and tells nothing. */
export const untimed = (text: string): string => text.replace(/"(durationMs|elapsedMilliseconds)":\d+/g, '"$1":0');

export const closeLeakWorld = async ({ whole, cloning }: LeakWorld): Promise<void> => {
  await Promise.all([whole.close(), cloning.close()]);
};

/** Asks each surface as each actor about each repository. */
export const cellsOf = (world: LeakWorld, surfaces: readonly Surface[]): Promise<readonly MatrixCell[]> =>
  leakMatrix({ world, surfaces, actors, repositories, ghost, may });

/** A surface of GraphQL. */
export const gql = (
  name: string,
  query: string,
  variables: (repository: MatrixRepository) => object,
  which: 'ask' | 'askCloning' = 'ask',
  reveals?: Surface['reveals'],
): Surface => ({
  name: `GraphQL: ${name}`,
  ask: async (w, actor, repository) => JSON.parse(untimed(JSON.stringify(await w[which](query, variables(repository), actor)))),
  ...(reveals ? { reveals } : {}),
});
export const answered =
  (path: (data: never) => unknown): NonNullable<Surface['reveals']> =>
  (answer) => {
    const { data } = answer as { data: never };
    return Boolean(data && path(data));
  };
