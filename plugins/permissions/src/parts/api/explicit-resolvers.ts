import type { AuditFields, AuditTrail } from '@sextant/plugin-identity/api';
import type { Operation, ResolverMap, Tx } from '@sextant/sdk';
import type { ExplicitPermissions } from '../../explicit/explicit-permissions.js';
import { noSuchRepository } from '../../not-there.js';
import { numberOf, repositoryIdOf } from './ids.js';

const EMPTY = { alwaysNil: null };

interface UserPermission {
  readonly bindID: string;
}
interface PathPermission extends UserPermission {
  readonly paths?: readonly string[] | null;
  readonly pathIncludes?: readonly string[] | null;
  readonly pathExcludes?: readonly string[] | null;
}

/** @param prepare takes over what the site configuration says now */
export function explicitResolvers(explicit: ExplicitPermissions, audit: AuditTrail, prepare: () => Promise<void>): ResolverMap {
  const audited =
    (action: string, { actor }: Operation, fields: AuditFields) =>
    (tx: Tx): Promise<void> =>
      audit.record('repository_permissions', action, { actor }, fields, { tx });
  return {
    Mutation: {
      setRepositoryPermissionsForUsers: async (
        _parent,
        args: { repository: string; userPermissions: readonly UserPermission[] },
        operation: Operation,
      ) => {
        await prepare();
        const repositoryId = repositoryIdOf(args.repository);
        await explicit.setForUsers(
          repositoryId,
          args.userPermissions.map(({ bindID }) => bindID),
          audited('set', operation, { repositoryId, people: args.userPermissions.length }),
        );
        return EMPTY;
      },
      setRepositoryPermissionsUnrestricted: async (
        _parent,
        args: { repositories: readonly string[]; unrestricted: boolean },
        operation: Operation,
      ) => {
        await prepare();
        const ids = args.repositories.map(repositoryIdOf);
        const fields = { repositories: ids.slice(0, 100).join(','), unrestricted: args.unrestricted };
        await explicit.setUnrestricted(ids, args.unrestricted, audited('unrestricted', operation, fields));
        return EMPTY;
      },
      setSubRepositoryPermissionsForUsers: async (
        _parent,
        args: { repository: string; userPermissions: readonly PathPermission[] },
        operation: Operation,
      ) => {
        await prepare();
        const repositoryId = repositoryIdOf(args.repository);
        await explicit.setForPaths(
          repositoryId,
          args.userPermissions.map((permission) => ({ bindID: permission.bindID, patterns: patternsOf(permission) })),
          audited('paths', operation, { repositoryId, people: args.userPermissions.length }),
        );
        return EMPTY;
      },
      setRepositoryPermissionsForBitbucketProject: async (
        _parent,
        args: { projectKey: string; codeHost: string; userPermissions: readonly UserPermission[]; unrestricted?: boolean | null },
        operation: Operation,
      ) => {
        await prepare();
        const connectionId = numberOf('ExternalService', args.codeHost);
        if (connectionId === undefined) throw noSuchRepository();
        await explicit.setForBitbucketProject(
          connectionId,
          args.projectKey,
          args.userPermissions.map(({ bindID }) => bindID),
          args.unrestricted ?? false,
          (tx, repositories) => audited('project', operation, { connectionId, projectKey: args.projectKey, repositories })(tx),
        );
        return EMPTY;
      },
    },
  };
}

/** The older form: what is hidden wins over what is shown. */
const patternsOf = ({ paths, pathIncludes, pathExcludes }: PathPermission): readonly string[] =>
  paths ?? [...(pathIncludes ?? []), ...(pathExcludes ?? []).map((path) => `-${path}`)];
