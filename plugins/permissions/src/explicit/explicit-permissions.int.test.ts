import { codeOf, unauditedThenAudited } from '@sextant/plugin-identity/testing';
import { at, textAt } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actorOf } from '../explain/access-explainer.js';
import { aSite, eventually, nodeId, type Site } from '../testing/a-site.js';

let site: Site;
let number = 0;
const repository = async (name: string) => nodeId('Repository', (await site.repository(`team/${name}`)).id);
const people = (...bindIDs: readonly string[]) => bindIDs.map((bindID) => ({ bindID }));
const set = async (name: string, ...bindIDs: readonly string[]) =>
  site.ask(
    'mutation($r: ID!, $p: [UserPermissionInput!]!) { setRepositoryPermissionsForUsers(repository: $r, userPermissions: $p) { alwaysNil } }',
    {
      r: await repository(name),
      p: people(...bindIDs),
    },
  );
const configure = async (mapping: object | undefined) => {
  const { site: now } = (await site.ask('{ site { configuration { id } } }')) as { site: { configuration: { id: number } } };
  await site.ask('mutation($id: Int!, $text: String!) { updateSiteConfiguration(lastID: $id, input: $text) }', {
    id: now.configuration.id,
    text: JSON.stringify(mapping ? { 'permissions.userMapping': mapping } : {}),
  });
};

beforeAll(async () => {
  site = await aSite({ enforce: null });
  for (const name of ['one', 'two', 'three']) site.forge.repositories.set(name, { name: `team/${name}`, private: true });
  site.forge.repositories.set('open', { name: 'team/open', private: false });
  await site.list();
});
beforeEach(async () => {
  await configure({ enabled: true, bindID: 'email' });
  await site.db.query('DELETE FROM sources');
  await site.db.query(`UPDATE shared SET unrestricted = '', version = nextval('versions')`);
});
const person = async (name: string) => {
  const username = `${name}-${++number}`;
  return site.people.create({ username, emails: [{ address: `${username}@example.com`, verified: true }] });
};

describe('permissions through the API', () => {
  it('hide private repositories from whom they do not name, and show them to whom they do', async () => {
    const [ada, grace] = [await person('ada'), await person('grace')];
    await set('one', `${ada.username.toUpperCase()}@example.com`);
    await expect.poll(() => site.sees(ada), eventually).toEqual(['team/one', 'team/open']);
    await expect.poll(() => site.sees(grace), eventually).toEqual(['team/open']);
    await set('one', `${grace.username}@example.com`);
    await expect.poll(() => site.sees(ada), eventually).toEqual(['team/open']);
    await expect.poll(() => site.sees(grace), eventually).toEqual(['team/one', 'team/open']);
  });

  it('wait for a person who is not there yet, and come true when the address is theirs and proved', async () => {
    await set('one', 'later@example.com', 'never@example.com');
    expect(await site.ask('{ usersWithPendingPermissions }')).toEqual({
      usersWithPendingPermissions: ['later@example.com', 'never@example.com'],
    });
    expect(await site.ask('{ authorizedUserRepositories(email: "later@example.com", first: 10) { nodes { name } totalCount } }')).toEqual({
      authorizedUserRepositories: { nodes: [{ name: 'team/one' }], totalCount: 1 },
    });
    const later = await site.people.create({ username: `later-${++number}`, emails: [{ address: 'Later@example.com', verified: false }] });
    await site.kernel.jobs.drain();
    expect(await site.sees(later)).toEqual(['team/open']);
    await site.people.setEmailVerified(later.id, 'later@example.com', true);
    await expect.poll(() => site.sees(later), eventually).toEqual(['team/one', 'team/open']);
    expect(await site.ask('{ usersWithPendingPermissions }')).toEqual({ usersWithPendingPermissions: ['never@example.com'] });
  });

  it('open a repository to every user, and close it again', async () => {
    const ada = await person('ada');
    const unrestricted = async (value: boolean) =>
      site.ask(
        'mutation($r: [ID!]!, $u: Boolean!) { setRepositoryPermissionsUnrestricted(repositories: $r, unrestricted: $u) { alwaysNil } }',
        {
          r: [await repository('two')],
          u: value,
        },
      );
    await unrestricted(true);
    await expect.poll(() => site.sees(ada), eventually).toEqual(['team/open', 'team/two']);
    await unrestricted(false);
    await expect.poll(() => site.sees(ada), eventually).toEqual(['team/open']);
  });

  it('of paths alone show these and no others', async () => {
    const ada = await person('ada');
    await site.ask(
      'mutation($r: ID!, $p: [UserSubRepoPermission!]!) { setSubRepositoryPermissionsForUsers(repository: $r, userPermissions: $p) { alwaysNil } }',
      { r: await repository('one'), p: [{ bindID: `${ada.username}@example.com`, paths: ['/docs/**', '-/docs/private/**'] }] },
    );
    const { id } = await site.repository('team/one');
    const wall = async () => {
      await site.later();
      return site.wall.of(actorOf(ada));
    };
    await expect.poll(async () => (await wall()).canSee(id), eventually).toBe(true);
    const visible = await site.wall.of(actorOf(ada));
    expect(['docs/a.md', 'docs/private/b.md', 'src/c.ts'].map((path) => visible.canSee(id, path))).toEqual([true, false, false]);
  });

  it('by username name a person as they are called here', async () => {
    await configure({ enabled: true, bindID: 'username' });
    const ada = await person('ada');
    await set('three', ada.username.toUpperCase());
    await expect
      .poll(() => site.sees(ada), eventually)
      .toEqual(['team/one', 'team/open', 'team/three'].filter((name) => name !== 'team/one'));
    await configure({ enabled: true, bindID: 'email' });
    await expect.poll(() => site.sees(ada), eventually).toEqual(['team/open']);
  });

  it('are refused while they are not configured, and every user sees everything then', async () => {
    const ada = await person('ada');
    await configure(undefined);
    await expect(set('one', 'x@example.com')).rejects.toMatchObject({ code: 'SEXTANT_PERMISSIONS_API_DISABLED' });
    await expect.poll(async () => (await site.sees(ada)).length, eventually).toBe(4);
  });

  it.each([
    ['an empty name', [{ bindID: ' ' }], 'SEXTANT_PERMISSIONS_ARGUMENT'],
    ['more people than a call may name', Array.from({ length: 10_001 }, (_, i) => ({ bindID: `p${i}` })), 'SEXTANT_PERMISSIONS_ARGUMENT'],
  ])('are refused whole for %s', async (_what, given, code) => {
    await expect(
      site.ask(
        'mutation($r: ID!, $p: [UserPermissionInput!]!) { setRepositoryPermissionsForUsers(repository: $r, userPermissions: $p) { alwaysNil } }',
        {
          r: await repository('one'),
          p: given,
        },
      ),
    ).rejects.toMatchObject({ code });
  });

  it('are refused for a repository that is not there', async () => {
    await expect(
      site.ask('mutation { setRepositoryPermissionsForUsers(repository: "UmVwb3NpdG9yeTo5OTk5", userPermissions: []) { alwaysNil } }'),
    ).rejects.toMatchObject({ code: 'SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND' });
  });

  it('say who sees a repository whose host says nothing of it, and why', async () => {
    const shelf = textAt(
      await site.ask('mutation { addExternalService(input: { kind: SHELF, displayName: "Shelf", config: "{}" }) { id } }'),
      'addExternalService.id',
    );
    await site.ask('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id: shelf });
    await site.kernel.jobs.drain();
    const [ada, grace] = [await person('ada'), await person('grace')];
    const { id } = await site.repository('shelf/manual');
    await site.ask(
      'mutation($r: ID!, $p: [UserPermissionInput!]!) { setRepositoryPermissionsForUsers(repository: $r, userPermissions: $p) { alwaysNil } }',
      { r: nodeId('Repository', id), p: people(`${ada.username}@example.com`) },
    );
    const why = async (user: { readonly id: number }) =>
      at(
        await site.ask('query($u: ID!) { accessExplanation(user: $u, repository: "shelf/manual") { allowed reasons { cause } } }', {
          u: nodeId('User', user.id),
        }),
        'accessExplanation',
      );
    await expect.poll(() => site.sees(ada), eventually).toEqual(['shelf/manual', 'team/open']);
    await expect.poll(() => site.sees(grace), eventually).toEqual(['team/open']);
    expect(await why(ada)).toEqual({ allowed: true, reasons: [{ cause: 'GRANTED_BY_API' }] });
    expect(await why(grace)).toEqual({ allowed: false, reasons: [{ cause: 'NOT_SET' }] });
    await configure(undefined);
    await expect.poll(() => site.sees(grace), eventually).toContain('shelf/manual');
    expect(await why(grace)).toEqual({ allowed: true, reasons: [{ cause: 'NOT_ENFORCED' }] });
  });
});

describe('while nothing can be written to the audit log', () => {
  const unaudited = async (mutation: string, variables: Readonly<Record<string, unknown>>) => {
    const codes: unknown[] = [];
    const { refused, done } = await unauditedThenAudited(site.kernel, ['permissions'], async () => {
      codes.push(await codeOf(site.ask(mutation, variables)));
    });
    expect([codes, refused]).toEqual([['SEXTANT_AUDIT_UNWRITTEN', undefined], []]);
    return done;
  };

  it('nobody is let in to a repository, nor everybody, nor to paths of it', async () => {
    const [r, { username }] = [await repository('one'), await person('ada')];
    const bindID = `${username}@example.com`;
    const named =
      'mutation($r: ID!, $p: [UserPermissionInput!]!) { setRepositoryPermissionsForUsers(repository: $r, userPermissions: $p) { alwaysNil } }';
    expect(await unaudited(named, { r, p: [{ bindID }] })).toContain('permissions.grants');
    const everybody = 'mutation($r: [ID!]!) { setRepositoryPermissionsUnrestricted(repositories: $r, unrestricted: true) { alwaysNil } }';
    expect(await unaudited(everybody, { r: [r] })).toContain('permissions.shared');
    const paths =
      'mutation($r: ID!, $p: [UserSubRepoPermission!]!) { setSubRepositoryPermissionsForUsers(repository: $r, userPermissions: $p) { alwaysNil } }';
    expect(await unaudited(paths, { r, p: [{ bindID, paths: ['/docs/**'] }] })).toContain('permissions.path_rules');
  });
});
