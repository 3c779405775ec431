import { cursorNumber, decodeNodeId, encodeNodeId, type PageArguments, pageOf, pageRequest, type Resolver } from '@sextant/sdk';
import type { User } from '../../api.js';
import type { Identity } from '../../identity.js';
import type { Permission } from '../../roles/permission-registry.js';
import { roleNotFound } from '../../roles/roles.js';
import type { Role, RoleFilter } from '../../storage/role-store.js';
import { nodeNumber } from './node-number.js';
import { administeredUser, mayAdminister } from './viewer.js';

type Fields = Readonly<Record<string, Resolver>>;

const LIMITS = { max: 1000, default: 100 } as const;

export function roleResolvers({ roles, permissions, users, audit }: Identity): {
  readonly types: Readonly<Record<'Role' | 'RoleConnection' | 'Permission', Fields>>;
  readonly queries: Fields;
  readonly mutations: Fields;
  readonly userFields: Fields;
} {
  const list = async (args: PageArguments, filter: RoleFilter): Promise<object> => {
    const { limit, after } = pageRequest('roles', args, LIMITS);
    const rows = await roles.store.list(filter, { limit: limit + 1, afterId: cursorNumber(after) ?? 0 });
    return { ...pageOf('roles', rows, limit, (role) => String(role.id)), filter };
  };
  const named = (ids: readonly string[]): readonly string[] => ids.map((id) => decodeNodeId('Permission', id) ?? id);
  return {
    queries: {
      roles: async (_parent, args: PageArguments & { user?: string | null; system?: boolean | null }) =>
        list(args, { userId: args.user == null ? undefined : nodeNumber('User', args.user), system: args.system ?? undefined }),
      permissions: async (_parent, args: PageArguments & { role?: string | null; user?: string | null }) => {
        const { limit, after } = pageRequest('permissions', args, LIMITS);
        const [role, user] = [
          args.role == null ? undefined : await roles.store.byId(nodeNumber('Role', args.role)),
          args.user == null ? undefined : await users.byId(nodeNumber('User', args.user)),
        ];
        const ofRole = role && new Set((await roles.permissionsOf([role])).get(role.id)?.map(({ name }) => name));
        const ofUser = user && new Set((await roles.permissionsOfUser(user)).map(({ name }) => name));
        const found = permissions
          .all()
          .filter(({ name }) => (args.role == null || ofRole?.has(name)) && (args.user == null || ofUser?.has(name)));
        const rest = found.filter(({ name }) => after === undefined || name > after);
        return pageOf('permissions', rest.slice(0, limit + 1), limit, ({ name }) => name, found.length);
      },
    },
    mutations: {
      createRole: async (_parent, args: { name: string; permissions: readonly string[] }, { actor }) => {
        const permitted = named(args.permissions);
        return roles.create(args.name, permitted, (tx, { id, name }) =>
          audit.record('rbac.role', 'created', { actor }, { roleID: id, name, permissions: permitted.join(' ') }, { tx }),
        );
      },
      deleteRole: async (_parent, args: { role: string }, { actor }) => {
        await roles.delete(nodeNumber('Role', args.role), (tx, { id, name }) =>
          audit.record('rbac.role', 'deleted', { actor }, { roleID: id, name }, { tx }),
        );
        return { alwaysNil: null };
      },
      setPermissions: async (_parent, args: { role: string; permissions: readonly string[] }, { actor }) => {
        const permitted = named(args.permissions);
        await roles.setPermissions(nodeNumber('Role', args.role), permitted, (tx, { id, name }) =>
          audit.record('rbac.permission', 'changed', { actor }, { roleID: id, name, permissions: permitted.join(' ') }, { tx }),
        );
        return { alwaysNil: null };
      },
      setRoles: async (_parent, args: { user: string; roles: readonly string[] }, { actor }) => {
        const user = await administeredUser(users, actor, args.user);
        const ids = args.roles.map((id) => nodeNumber('Role', id));
        if (ids.includes(0)) throw roleNotFound();
        await roles.setRolesOf(user.id, ids, actor.userId, (tx, { id }) =>
          audit.record('user', 'modified', { actor }, { subjectUID: String(id), roles: ids.join(' ') }, { tx }),
        );
        return { alwaysNil: null };
      },
    },
    userFields: {
      roles: (user: User, args: PageArguments, { actor }) => (mayAdminister(actor, user.id) ? list(args, { userId: user.id }) : null),
      permissions: async (user: User, _args, { actor }) =>
        mayAdminister(actor, user.id) ? all(await roles.permissionsOfUser(user)) : null,
    },
    types: {
      Role: {
        id: (role: Role) => encodeNodeId('Role', role.id),
        permissions: async (role: Role, _args, op) => all(await op.loader<Role, readonly Permission[]>('role-permissions').load(role)),
      },
      RoleConnection: { totalCount: (page: { filter: RoleFilter }) => roles.store.count(page.filter) },
      Permission: {
        id: (permission: Permission) => encodeNodeId('Permission', permission.name),
        displayName: (permission: Permission) => permission.name,
      },
    },
  };
}

/** Permissions are few: one page holds them. */
const all = (nodes: readonly Permission[]): object => ({
  nodes,
  totalCount: nodes.length,
  pageInfo: { hasNextPage: false, endCursor: null },
});
