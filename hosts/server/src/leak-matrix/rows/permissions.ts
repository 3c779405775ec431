import { encodeNodeId } from '@sextant/sdk';
import { parse } from 'graphql';
import { countsSome, gql, isDone, isThere, type PluginRows, type Row } from '../row.js';
import { type Target, tellsMoreThan } from '../target.js';

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

/** What the one of that name sees, as the world grants it. */
const ofOne = ({ key }: Target): boolean => key === 'amber' || key === 'birch';

/** What somebody else sees is told as far as the asker sees it too. */
const seenByOne = (name: string, document: string): Row =>
  gql(`what somebody sees, ${name}`, document, () => ({}), {
    forAdmins: true,
    shows: ofOne,
    agrees: ({ body }, visible) => body.includes(`"totalCount":${visible.filter(ofOne).length}`),
  });

/** Who sees a repository is set by who sees it. Permissions by the API are off, which is said only of what is there. */
const set = (name: string, document: string, more: Partial<Row> = {}): Row =>
  gql(name, document, ({ nodeId }) => ({ id: nodeId }), { forAdmins: true, spoils: true, reveals: isDone, ...more });

/** Permissions themselves: who was granted what, and why. */
export const permissionRows = (): PluginRows => ({
  plugin: 'permissions',
  rows: [
    explained('name', ({ name }) => name),
    explained('former name', ({ formerName }) => formerName),
    seenByOne(
      'by a grant',
      'query { authorizedUserRepositories(username: "one", first: 100) { nodes { name } totalCount pageInfo { hasNextPage endCursor } } }',
    ),
    seenByOne(
      'by their account',
      'query { user(username: "one") { permissionsInfo { repositories(first: 100) { nodes { name } totalCount pageInfo { hasNextPage } } } } }',
    ),
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
      'mutation ($id: ID!) { setRepositoryPermissionsForUsers(repository: $id, userPermissions: []) { alwaysNil } }',
    ),
    set(
      'that everybody sees repositories, set by the API',
      'mutation ($id: ID!) { setRepositoryPermissionsUnrestricted(repositories: [$id], unrestricted: true) { alwaysNil } }',
    ),
    set(
      'who sees paths of a repository, set by the API',
      'mutation ($id: ID!) { setSubRepositoryPermissionsForUsers(repository: $id, userPermissions: []) { alwaysNil } }',
    ),
    set('a wish for a sync of a repository', 'mutation ($id: ID!) { scheduleRepositoryPermissionsSync(repository: $id) { alwaysNil } }'),
  ],
  reasons: [
    {
      surfaces: [
        'Query.permissionsSyncJobs(*',
        'PermissionsSyncJob*.*',
        'CodeHostState.*',
        'node PermissionsSyncJob',
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
