import type { Repositories, Repository, RepositoryFilter, VisibilityService } from '@sextant/plugin-code-host/api';
import type { User, Users } from '@sextant/plugin-identity/api';
import {
  type Actor,
  cursorNumber,
  encodeNodeId,
  type Operation,
  type Page,
  type PageArguments,
  pageOf,
  pageRequest,
  RepoName,
  type ResolverMap,
} from '@sextant/sdk';
import { type AccessExplainer, actorOf } from '../../explain/access-explainer.js';
import type { PermissionsInfo, PermissionsInfos } from '../../explain/permissions-info.js';
import type { ExplicitPermissions } from '../../explicit/explicit-permissions.js';
import { noSuchRepository, noSuchUser } from '../../not-there.js';
import { numberOf } from './ids.js';

const PAGE = { max: 5_000, default: 50 };
const USERS = 'permissions-info-users';
const REPOSITORIES = 'authorized-repositories';

type Info = PermissionsInfo & ({ readonly userId: number } | { readonly repositoryId: number });

interface Services {
  readonly infos: PermissionsInfos;
  readonly explainer: AccessExplainer;
  readonly explicit: ExplicitPermissions;
  readonly repositories: Repositories;
  readonly wall: Pick<VisibilityService, 'of'>;
  readonly users: Users;
  readonly byVerifiedEmail: (email: string) => Promise<User | undefined>;
}

export function infoResolvers({ infos, explainer, explicit, repositories, wall, users, byVerifiedEmail }: Services): ResolverMap {
  /** Of what needs a grant, what the asker sees: the rest is neither listed nor counted. */
  const seenByAsker = async (actor: Actor): Promise<RepositoryFilter> => {
    const { unrestricted, repos } = await wall.of(actor);
    return { private: true, ...(unrestricted ? {} : { ids: [...repos] }) };
  };
  /** What another person sees of it. */
  const seenBy = (seer: User, args: PageArguments, { actor }: Operation) => {
    const { limit, after } = pageRequest(REPOSITORIES, args, PAGE);
    const of = actorOf(seer);
    return {
      page: async (): Promise<Page<Repository>> => {
        const rows = await repositories.list(of, await seenByAsker(actor), { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
        return pageOf(REPOSITORIES, rows, limit, ({ id }) => String(id));
      },
      count: async () => repositories.count(of, await seenByAsker(actor)),
    };
  };
  const pendingFor = (bindId: string, args: PageArguments, { actor }: Operation) => {
    const { limit, after } = pageRequest(REPOSITORIES, args, PAGE);
    const pending = async (): Promise<readonly number[]> => {
      const { canSee } = await wall.of(actor);
      return [...(await explicit.pendingOf(bindId))].filter((id) => canSee(id));
    };
    return {
      page: async (): Promise<Page<Repository>> => {
        const ids = (await pending()).filter((id) => id > (cursorNumber(after) ?? 0)).slice(0, limit + 1);
        const seen = await repositories.byIds(actor, ids);
        const page = pageOf(REPOSITORIES, ids, limit, String);
        return { ...page, nodes: page.nodes.flatMap((id) => seen.get(id) ?? []) };
      },
      count: async () => (await pending()).length,
    };
  };
  return {
    Query: {
      authorizedUserRepositories: async (
        _parent,
        args: PageArguments & { readonly username?: string | null; readonly email?: string | null },
        operation: Operation,
      ) => {
        const user =
          args.username != null
            ? await users.byUsername(args.username)
            : args.email != null
              ? await byVerifiedEmail(args.email)
              : undefined;
        return user ? seenBy(user, args, operation) : pendingFor(args.email ?? args.username ?? '', args, operation);
      },
      usersWithPendingPermissions: () => explicit.pending({ limit: 10_000 }),
      accessExplanation: async (_parent, args: { readonly user: string; readonly repository: string }, { actor }: Operation) => {
        const userId = numberOf('User', args.user);
        if (userId === undefined || !(actor.siteAdmin || actor.userId === userId)) throw noSuchUser();
        const user = await users.byId(userId);
        if (!user) throw noSuchUser();
        const name = RepoName.parse(args.repository);
        const repository = await repositories.byName(actor, name);
        // Also an admin who is held to permissions learns of no repository by this.
        if (actor.userId === userId) return explainer.explainToSelf(user, name, repository);
        if (!repository) throw noSuchRepository();
        return explainer.explain(user, repository);
      },
    },
    User: {
      permissionsInfo: async ({ id }: User, _args, { actor }) =>
        actor.siteAdmin || actor.userId === id ? { ...(await infos.ofUser(id)), userId: id } : null,
    },
    Repository: {
      permissionsInfo: async ({ id }: Repository) => ({ ...(await infos.ofRepository(id)), repositoryId: id }),
    },
    PermissionsInfo: {
      permissions: () => ['READ'],
      users: async (info: Info, args: PageArguments) => {
        if (!('repositoryId' in info)) return null;
        const { limit, after } = pageRequest(USERS, args, PAGE);
        const ids = await infos.usersOf(info.repositoryId, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
        const page = pageOf(USERS, ids, limit, String);
        const found = await users.byIds(page.nodes);
        return {
          ...page,
          nodes: page.nodes.flatMap((id) => found.get(id) ?? []).map((user) => ({ id: encodeNodeId('User', user.id), user })),
          totalCount: () => infos.countUsersOf(info.repositoryId),
        };
      },
      repositories: async (info: Info, args: PageArguments, operation: Operation) => {
        const user = 'userId' in info ? await users.byId(info.userId) : undefined;
        return user ? seenBy(user, args, operation) : null;
      },
    },
  };
}
