import { encodeNodeId } from '@sextant/sdk';
import { parse } from 'graphql';
import type { PluginRows, Row } from '../row.js';
import { tellsMoreThan } from '../target.js';

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

/** Permissions themselves: who was granted what, and why. */
export const permissionRows = (): PluginRows => ({
  plugin: 'permissions',
  rows: [explained('name', ({ name }) => name), explained('former name', ({ formerName }) => formerName)],
  reasons: [
    {
      surfaces: [
        'Query.permissionsSyncJobs*',
        'PermissionsSyncJob*.*',
        'CodeHostState.*',
        'Query.permissionsSyncCosts',
        'PermissionsSyncCost.*',
        'node PermissionsSyncJob',
        'Query.usersWithPendingPermissions',
        'Query.authorizedUserRepositories*',
        'Mutation.set*RepositoryPermissions*',
        'Mutation.setRepositoryPermissions*',
        'Mutation.schedule*PermissionsSync*',
        'Mutation.cancelPermissionsSyncJob*',
      ],
      because:
        'Who may see what is set and looked at by site admins; a repository that the viewer does not see is null there, and left out of lists.',
    },
    {
      surfaces: ['PermissionsInfo*.*', 'User.permissionsInfo'],
      because:
        'Times and names of people, reached from a repository or a user that the viewer sees; repositories in it are those that the viewer sees.',
    },
    { surfaces: ['command access explain'], because: 'Reads the database, for who holds its password.' },
  ],
});
