import type { AuditTrail } from '@sextant/plugin-identity/api';
import type { Operation, ResolverMap } from '@sextant/sdk';
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
  const audited = (action: string, { actor }: Operation, fields: Readonly<Record<string, string | number | boolean>>): Promise<void> =>
    audit.record('repository_permissions', action, { actor }, fields);
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
        );
        await audited('set', operation, { repositoryId, people: args.userPermissions.length });
        return EMPTY;
      },
      setRepositoryPermissionsUnrestricted: async (
        _parent,
        args: { repositories: readonly string[]; unrestricted: boolean },
        operation: Operation,
      ) => {
        await prepare();
        const ids = args.repositories.map(repositoryIdOf);
        await explicit.setUnrestricted(ids, args.unrestricted);
        await audited('unrestricted', operation, { repositories: ids.slice(0, 100).join(','), unrestricted: args.unrestricted });
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
        );
        await audited('paths', operation, { repositoryId, people: args.userPermissions.length });
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
        const repositories = await explicit.setForBitbucketProject(
          connectionId,
          args.projectKey,
          args.userPermissions.map(({ bindID }) => bindID),
          args.unrestricted ?? false,
        );
        await audited('project', operation, { connectionId, projectKey: args.projectKey, repositories });
        return EMPTY;
      },
    },
  };
}

/** The older form: what is hidden wins over what is shown. */
const patternsOf = ({ paths, pathIncludes, pathExcludes }: PathPermission): readonly string[] =>
  paths ?? [...(pathIncludes ?? []), ...(pathExcludes ?? []).map((path) => `-${path}`)];
