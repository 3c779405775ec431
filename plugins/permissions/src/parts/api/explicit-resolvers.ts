import type { Repositories, VisibilityService } from '@sextant/plugin-code-host/api';
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

interface Services {
  readonly explicit: ExplicitPermissions;
  readonly audit: AuditTrail;
  readonly repositories: Pick<Repositories, 'byIds'>;
  readonly wall: Pick<VisibilityService, 'of'>;
  /** Takes over what the site configuration says now. */
  readonly prepare: () => Promise<void>;
}

/** Who may see a repository is set by who sees it: one who is held to permissions would give it to themselves, and learn by the answer that it is there. */
export function explicitResolvers({ explicit, audit, repositories, wall, prepare }: Services): ResolverMap {
  const seenOf = async (nodeIds: readonly string[], { actor }: Operation): Promise<readonly number[]> => {
    const ids = nodeIds.map(repositoryIdOf);
    const seen = await repositories.byIds(actor, ids);
    if (ids.some((id) => !seen.has(id))) throw noSuchRepository();
    return ids;
  };
  const seen = async (nodeId: string, operation: Operation): Promise<number> => {
    const [id] = await seenOf([nodeId], operation);
    if (id === undefined) throw noSuchRepository();
    return id;
  };
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
        const repositoryId = await seen(args.repository, operation);
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
        const ids = await seenOf(args.repositories, operation);
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
        const repositoryId = await seen(args.repository, operation);
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
          { unrestricted: args.unrestricted ?? false, isSeen: (await wall.of(operation.actor)).canSee },
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
