import { encodeNodeId } from '@sextant/sdk';
import { parse } from 'graphql';
import { type Answer, type Asker, countsSome, gql, isDone, isThere, type PluginRows, type Row } from '../row.js';
import { type Target, tellsMoreThan } from '../target.js';
import { GRANTS, PENDING } from '../world/a-world.js';

const EXPLAIN = `query ($user: ID!, $repository: String!) {
  accessExplanation(user: $user, repository: $repository) { allowed summary reasons { cause text host account since } wouldChange }
}`;

/** Why the asker sees a repository or does not, by its name or a former one. */
const explained = (name: string, of: (target: Parameters<Row['ask']>[1]) => string): Row => ({
  name: `why one sees a repository, by its ${name}`,
  document: parse(EXPLAIN),
  question: (target) => of(target),
  // The name that was asked for stands in the answer; whether it is there is said by "allowed".
  reveals: ({ body }, target) => body.includes('"allowed":true') || tellsMoreThan(of(target), body, target),
  shows: (target) => !target.isDeleted,
  ask: (asker, target) =>
    asker.fetch('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: EXPLAIN,
        variables: { user: encodeNodeId('User', asker.actorId.replace('user:', '')), repository: of(target) },
      }),
    }),
});

const among =
  (keys: readonly string[]) =>
  ({ key }: Target): boolean =>
    keys.includes(key);

/** What is granted to somebody else is told as far as the asker sees it too. */
const seenBy = (name: string, keys: readonly string[], document: string): Row =>
  gql(`what somebody sees, ${name}`, document, () => ({}), {
    forAdmins: true,
    shows: among(keys),
    agrees: ({ body }, visible) => body.includes(`"totalCount":${visible.filter(among(keys)).length}`),
  });

const post = (asker: Asker, query: string, variables: object): Promise<Answer> =>
  asker.fetch('/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });

/** Asked of admins about the one who sees birch alone; the first that they see themselves is another. */
const explainedOfTwo: Row = {
  name: 'why somebody else does not see a repository',
  document: parse(EXPLAIN),
  question: ({ name }) => name,
  // That one is told of themselves, as of what is not there.
  reveals: ({ body }, target) => (body.includes('"allowed":') && !body.includes('NOT_VISIBLE')) || tellsMoreThan(target.name, body, target),
  shows: isThere,
  forAdmins: true,
  agrees: ({ body }) => body.includes('"allowed":false'),
  ask: async (asker, { name }) => {
    const { body } = await post(asker, '{ user(username: "two") { id } }', {});
    return post(asker, EXPLAIN, { user: /"id":"([^"]+)"/.exec(body)?.[1] ?? '', repository: name });
  },
};

/** Their ids are numbers, which anybody can count up. */
const syncsById: Row = gql(
  'syncs by their ids',
  `query { ${Array.from({ length: 60 }, (_, at) => `n${at}: node(id: "${encodeNodeId('PermissionsSyncJob', at + 1)}") { ... on PermissionsSyncJob { user { id } repository { name } } }`).join(' ')} }`,
  () => ({}),
  {
    forAdmins: true,
    // One that is of nobody and of nothing is of what the asker does not see.
    reveals: ({ body }) => body.includes('"user":null,"repository":null'),
    shows: () => false,
    covers: ['node PermissionsSyncJob'],
  },
);

/** Who sees a repository is set by who sees it. */
const set = (name: string, document: string, more: Partial<Row> = {}): Row =>
  gql(name, document, ({ nodeId }) => ({ id: nodeId }), { forAdmins: true, spoils: true, reveals: isDone, ...more });

/** Permissions themselves: who was granted what, and why. */
export const permissionRows = (): PluginRows => ({
  plugin: 'permissions',
  rows: [
    explained('name', ({ name }) => name),
    explained('former name', ({ formerName }) => formerName),
    explainedOfTwo,
    seenBy(
      'by a grant',
      GRANTS.one,
      'query { authorizedUserRepositories(username: "one", first: 100) { nodes { name } totalCount pageInfo { hasNextPage endCursor } } }',
    ),
    seenBy(
      'by their account',
      GRANTS.one,
      'query { user(username: "one") { permissionsInfo { repositories(first: 100) { nodes { name } totalCount pageInfo { hasNextPage } } } } }',
    ),
    seenBy(
      'once they are here',
      PENDING,
      'query { authorizedUserRepositories(username: "later", first: 100) { nodes { name } totalCount pageInfo { hasNextPage endCursor } } }',
    ),
    syncsById,
    gql(
      'the syncs of a repository',
      'query ($id: ID!) { permissionsSyncJobs(first: 10, repositoryID: $id) { nodes { state repository { name } } totalCount } }',
      ({ nodeId }) => ({ id: nodeId }),
      { forAdmins: true, shows: isThere, reveals: countsSome('totalCount') },
    ),
    gql('syncs of everything', 'query { permissionsSyncJobs(first: 100) { nodes { repository { name } } } }', () => ({}), {
      forAdmins: true,
      shows: isThere,
    }),
    set(
      'who sees a repository, set by the API',
      'mutation ($id: ID!) { setRepositoryPermissionsForUsers(repository: $id, userPermissions: [{ bindID: "later" }]) { alwaysNil } }',
    ),
    set(
      'that everybody sees repositories, set by the API',
      'mutation ($id: ID!) { setRepositoryPermissionsUnrestricted(repositories: [$id], unrestricted: true) { alwaysNil } }',
    ),
    set(
      'who sees paths of a repository, set by the API',
      'mutation ($id: ID!) { setSubRepositoryPermissionsForUsers(repository: $id, userPermissions: [{ bindID: "later", paths: ["/**"] }]) { alwaysNil } }',
    ),
    set('a wish for a sync of a repository', 'mutation ($id: ID!) { scheduleRepositoryPermissionsSync(repository: $id) { alwaysNil } }'),
  ],
  reasons: [
    {
      surfaces: [
        'Query.permissionsSyncJobs(*',
        'PermissionsSyncJob*.*',
        'CodeHostState.*',
        'Query.permissionsSyncCosts',
        'PermissionsSyncCost.*',
        'Mutation.scheduleUserPermissionsSync*',
        'Mutation.cancelPermissionsSyncJob*',
      ],
      because:
        'Syncs are looked at by site admins: those of repositories that they see, and those of people, with as many repositories as the host named.',
    },
    {
      surfaces: [
        'Query.usersWithPendingPermissions',
        'Query.authorizedUserRepositories(*',
        'Mutation.setRepositoryPermissionsForBitbucketProject*',
      ],
      because: 'Names of people, and projects of a kind of host that is not there, of which what the asker sees is set.',
    },
    {
      surfaces: ['PermissionsInfo*.*'],
      because:
        'Times and names of people, reached from a repository or a user that the viewer sees; repositories in it are those that the viewer sees.',
    },
    { surfaces: ['command access explain'], because: 'Reads the database, for who holds its password.' },
  ],
});
