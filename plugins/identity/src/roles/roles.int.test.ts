import { encodeNodeId, permits } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { actors, permissions } from '../api.js';
import manifest from '../manifest.js';
import { Administration, answers, codeOf } from '../testing/administration.js';
import { sessionApi } from '../testing/session-api.js';
import { smallPlugin } from '../testing/small-plugin.js';
import { testSessionPlugin } from '../testing/test-session.js';

/** Declares permissions, and asks for one. */
const gardens = smallPlugin('gardens', (r) => {
  const declare = (action: string, defaults: readonly ('USER' | 'SERVICE_ACCOUNT')[], namespace = 'GARDENS'): void =>
    r.contribute(permissions, () => ({ namespace, action, description: `To ${action} gardens.`, defaults }));
  declare('WATER', ['USER']);
  declare('DIG', []);
  declare('lower', [], 'not one');
  r.graphql(async () => ({
    default: {
      typeDefs:
        'extend type Query { dig: String @requires(permission: "GARDENS#DIG") water: String @requires(permission: "GARDENS#WATER") }',
      extends: ['Query'],
      resolvers: () => ({ Query: { dig: () => 'dug', water: () => 'watered' } }),
    },
  }));
});

let kernel: TestKernel;
const admin = new Administration(() => kernel);
const permission = (action: string): string => encodeNodeId('Permission', `GARDENS#${action}`);
const graphql = answers(() => kernel);
const createRole = async (name: string, actions: readonly string[]): Promise<string> =>
  at(
    await graphql('mutation($n:String!,$p:[ID!]!){createRole(name:$n,permissions:$p){id}}', { n: name, p: actions.map(permission) }),
    'createRole.id',
  ) as string;
const setRoles = (user: string, roles: readonly unknown[], token?: string): Promise<unknown> =>
  graphql('mutation($u:ID!,$r:[ID!]!){setRoles(user:$u,roles:$r){alwaysNil}}', { u: user, r: roles }, token);
const systemRole = async (name: string): Promise<string> => {
  const nodes = at(await graphql('{roles(system:true){nodes{id name}}}'), 'roles.nodes') as { id: string; name: string }[];
  return nodes.find((role) => role.name === name)?.id as string;
};
const setPermissions = (role: string, actions: readonly string[]): Promise<unknown> =>
  graphql('mutation($r:ID!,$p:[ID!]!){setPermissions(role:$r,permissions:$p){alwaysNil}}', { r: role, p: actions.map(permission) });

beforeAll(async () => {
  kernel = await startTestKernel({
    plugins: [manifest, testSessionPlugin, gardens],
    config: { plugins: { identity: { localAdmin: 'Local Admin' } } },
  });
});

describe('permissions', () => {
  it('are those that plugins declare well, and site admins have all', async () => {
    const data = await graphql(
      '{permissions{nodes{namespace action displayName description} totalCount} currentUser{permissions{nodes{displayName}}}}',
    );
    expect(at(data, 'permissions')).toEqual({
      nodes: [
        { namespace: 'GARDENS', action: 'DIG', displayName: 'GARDENS#DIG', description: 'To DIG gardens.' },
        { namespace: 'GARDENS', action: 'WATER', displayName: 'GARDENS#WATER', description: 'To WATER gardens.' },
      ],
      totalCount: 2,
    });
    expect(at(data, 'currentUser.permissions.nodes.*.displayName')).toEqual(['GARDENS#DIG', 'GARDENS#WATER']);
    expect(await graphql('{dig}')).toEqual({ dig: 'dug' });
  });

  it('are listed page by page', async () => {
    const first = at(await graphql('{permissions(first:1){nodes{action} pageInfo{hasNextPage endCursor}}}'), 'permissions');
    expect(first).toMatchObject({ nodes: [{ action: 'DIG' }], pageInfo: { hasNextPage: true } });
    const rest = await graphql('query($a:String){permissions(first:1,after:$a){nodes{action} pageInfo{hasNextPage}}}', {
      a: at(first, 'pageInfo.endCursor'),
    });
    expect(at(rest, 'permissions')).toEqual({ nodes: [{ action: 'WATER' }], pageInfo: { hasNextPage: false } });
  });

  it('of a role hold for who has it from the commit on, and end with it (row 24)', async () => {
    const ada = await admin.aPerson();
    expect(await codeOf(graphql('{dig}', {}, ada.token))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    const role = await createRole('Diggers', ['DIG']);
    await setRoles(ada.id, [role]);
    expect(await graphql('{dig water}', {}, ada.token)).toEqual({ dig: 'dug', water: 'watered' });
    expect(at(await graphql('{currentUser{roles{nodes{name} totalCount}}}', {}, ada.token), 'currentUser.roles')).toEqual({
      nodes: [{ name: 'USER' }, { name: 'Diggers' }],
      totalCount: 2,
    });
    await setPermissions(role, []);
    expect(await codeOf(graphql('{dig}', {}, ada.token))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    await setPermissions(role, ['DIG']);
    await setRoles(ada.id, []);
    expect(await codeOf(graphql('{dig}', {}, ada.token))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    await setRoles(ada.id, [role]);
    await graphql('mutation($r:ID!){deleteRole(role:$r){alwaysNil}}', { r: role });
    expect(await codeOf(graphql('{dig}', {}, ada.token))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
  });

  it('of the role USER are what plugins say until a site admin says otherwise', async () => {
    const eve = await admin.aPerson();
    const user = await systemRole('USER');
    expect(await graphql('{water}', {}, eve.token)).toEqual({ water: 'watered' });
    await setPermissions(user, ['DIG']);
    expect(await codeOf(graphql('{water}', {}, eve.token))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
    expect(await graphql('{dig}', {}, eve.token)).toEqual({ dig: 'dug' });
    await setPermissions(user, ['WATER']);
    expect(await codeOf(graphql('{dig}', {}, eve.token))).toBe('SEXTANT_AUTH_PERMISSION_REQUIRED');
  });
});

describe('roles', () => {
  it('SITE_ADMINISTRATOR and being a site admin are one thing', async () => {
    const ada = await admin.aPerson();
    const administrator = await systemRole('SITE_ADMINISTRATOR');
    await setRoles(ada.id, [administrator]);
    const rights = async (): Promise<unknown> =>
      at(await graphql('query($u:String!){user(username:$u){siteAdmin roles{nodes{name}}}}', { u: ada.username }), 'user');
    expect(await rights()).toEqual({ siteAdmin: true, roles: { nodes: [{ name: 'SITE_ADMINISTRATOR' }, { name: 'USER' }] } });
    expect(await codeOf(setRoles(ada.id, [], ada.token))).toBe('SEXTANT_AUTH_SESSION_REQUIRED');
    await setRoles(ada.id, []);
    expect(await rights()).toEqual({ siteAdmin: false, roles: { nodes: [{ name: 'USER' }] } });
    await graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:true){alwaysNil}}', { u: ada.id });
    expect(await rights()).toMatchObject({ siteAdmin: true });
    const local = at(await graphql('{currentUser{id}}'), 'currentUser.id') as string;
    expect(await codeOf(setRoles(local, [], ada.token))).toBe('SEXTANT_AUTH_SESSION_REQUIRED');
    const bySession = sessionApi(kernel, ada.id).graphql('mutation($u:ID!){setRoles(user:$u,roles:[]){alwaysNil}}', { u: local });
    expect(await codeOf(bySession)).toBe('SEXTANT_USER_PROTECTED');
    expect(await codeOf(setPermissions(administrator, []))).toBe('SEXTANT_ROLE_SYSTEM');
    expect(await codeOf(graphql('mutation($r:ID!){deleteRole(role:$r){alwaysNil}}', { r: administrator }))).toBe('SEXTANT_ROLE_SYSTEM');
  });

  it('have sound names of their own, and permissions that exist', async () => {
    await createRole('Reviewers', []);
    expect(await codeOf(createRole('rEVIEWERS', []))).toBe('SEXTANT_ROLE_NAME_TAKEN');
    expect(await codeOf(createRole('user', []))).toBe('SEXTANT_ROLE_NAME_TAKEN');
    for (const name of ['', ' ', 'a\u0000b', '\u202eabc', 'x'.repeat(81)])
      expect(await codeOf(createRole(name, []))).toBe('SEXTANT_ROLE_INVALID');
    expect(await codeOf(createRole('Burners', ['BURN']))).toBe('SEXTANT_PERMISSION_UNKNOWN');
    const ada = await admin.aPerson();
    for (const id of ['nonsense', encodeNodeId('Role', 999), encodeNodeId('User', 1)])
      expect(await codeOf(setRoles(ada.id, [id]))).toBe('SEXTANT_ROLE_NOT_FOUND');
  });

  it('are shown to the person and to site admins only (row 25)', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const role = await createRole('Watchers', ['DIG']);
    const query =
      'query($u:String!,$r:ID!,$p:ID!){user(username:$u){roles{nodes{name}} permissions{nodes{action}}} role:node(id:$r){id} permission:node(id:$p){id}}';
    const variables = { u: ada.username, r: role, p: permission('DIG') };
    expect(await graphql(query, variables, eve.token)).toEqual({ user: { roles: null, permissions: null }, role: null, permission: null });
    expect(await graphql(query, variables, ada.token)).toMatchObject({ user: { roles: { nodes: [{ name: 'USER' }] } }, role: null });
    expect(await graphql(query, variables)).toMatchObject({ role: { id: role }, permission: { id: permission('DIG') } });
    for (const attempt of ['{roles{totalCount}}', '{permissions{totalCount}}', 'mutation{createRole(name:"x",permissions:[]){id}}'])
      expect(await codeOf(graphql(attempt, {}, ada.token))).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
  });
});

describe('the actor of an account', () => {
  it('has what roles permit, and is nobody once the user is deleted', async () => {
    const ada = await admin.aPerson();
    const id = Number(Buffer.from(ada.id, 'base64').toString().slice('User:'.length));
    const actor = await kernel.service(actors, 'gardens').actorOf(id, { via: 'session', credential: 'session:1' });
    expect(actor).toEqual({
      kind: 'user',
      id: `user:${id}`,
      userId: id,
      username: ada.username,
      siteAdmin: false,
      permissions: ['GARDENS#WATER'],
      via: 'session',
      credential: 'session:1',
    });
    expect(actor && permits(actor, 'GARDENS#WATER')).toBe(true);
    await graphql('mutation($u:ID!){deleteUser(user:$u){alwaysNil}}', { u: ada.id });
    expect(await kernel.service(actors, 'gardens').actorOf(id, { via: 'session' })).toBeUndefined();
  });
});

describe('a schema that asks for a permission', () => {
  it('is left out while nobody declares it, and its plugin is degraded', async () => {
    const asker = smallPlugin('asker', (r) =>
      r.graphql(async () => ({
        default: {
          typeDefs: 'extend type Query { spade: String @requires(permission: "GARDENS#DIG") }',
          extends: ['Query'],
          resolvers: () => ({ Query: { spade: () => 'a spade' } }),
        },
      })),
    );
    const site = await startTestKernel({ plugins: [manifest, { ...gardens, toggle: 'default-on' }, asker] });
    const spade = async () => site.graphql('{ spade }');
    expect(await spade()).toMatchObject({ data: { spade: 'a spade' } });
    await site.kernel.switchboard.disable('gardens');
    expect((await spade()).errors[0]?.message).toContain('Cannot query field "spade"');
    expect(site.plugin('asker')).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('asks for the permission GARDENS#DIG on Query.spade, which no active plugin declares'),
    });
    await site.kernel.switchboard.enable('gardens');
    expect(await spade()).toMatchObject({ data: { spade: 'a spade' } });
    expect(site.plugin('asker').state).toBe('active');
    await site.stop();
  });
});
