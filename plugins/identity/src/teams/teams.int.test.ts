import { encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { externalAccounts } from '../api.js';
import manifest from '../manifest.js';
import { Administration, answers, codeOf } from '../testing/administration.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);
const graphql = answers(() => kernel);

interface TeamOptions {
  readonly parent?: string;
  readonly readonly?: boolean;
}
const createTeam = (name: string, { parent, readonly }: TeamOptions = {}, token?: string): Promise<unknown> =>
  graphql(
    'mutation($n:String!,$d:String,$p:String,$r:Boolean){createTeam(name:$n,displayName:$d,parentTeamName:$p,readonly:$r){id name readonly}}',
    { n: name, d: `Team ${name}`, p: parent, r: readonly },
    token,
  );
const move = (name: string, parent: string, token?: string): Promise<unknown> =>
  graphql('mutation($n:String!,$p:String){updateTeam(name:$n,parentTeamName:$p){id}}', { n: name, p: parent }, token);
const change = (field: string, team: string, members: readonly object[], token?: string, skip = false): Promise<unknown> =>
  graphql(
    `mutation($t:String!,$m:[TeamMemberInput!]!,$s:Boolean){${field}(teamName:$t,members:$m,skipUnmatchedMembers:$s){id}}`,
    { t: team, m: members, s: skip },
    token,
  );
const membersOf = async (team: string): Promise<unknown> =>
  at(
    await graphql('query($n:String!){team(name:$n){members{nodes{... on User{username}}}}}', { n: team }),
    'team.members.nodes.*.username',
  );
const ancestorsOf = async (team: string): Promise<unknown> =>
  at(await graphql('query($n:String!){team(name:$n){ancestorTeams{nodes{name}}}}', { n: team }), 'team.ancestorTeams.nodes.*.name');

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

describe('teams', () => {
  it('form trees, and share their names with users and organisations', async () => {
    await createTeam('root');
    await createTeam('branch', { parent: 'ROOT' });
    await createTeam('leaf', { parent: 'branch' });
    const data = await graphql(
      '{team(name:"branch"){name displayName url readonly parentTeam{name} childTeams{nodes{name} totalCount} creator{username} viewerCanAdminister} root:teams{nodes{name}} all:teams(search:"LEA"){nodes{name} totalCount}}',
    );
    expect(at(data, 'team')).toEqual({
      name: 'branch',
      displayName: 'Team branch',
      url: '/teams/branch',
      readonly: false,
      parentTeam: { name: 'root' },
      childTeams: { nodes: [{ name: 'leaf' }], totalCount: 1 },
      creator: { username: 'Local-Admin' },
      viewerCanAdminister: true,
    });
    expect(at(data, 'root.nodes.*.name')).toEqual(['root']);
    expect(at(data, 'all')).toEqual({ nodes: [{ name: 'leaf' }], totalCount: 1 });
    expect(await ancestorsOf('leaf')).toEqual(['branch', 'root']);
    expect(await codeOf(createTeam('Local-Admin'))).toBe('SEXTANT_USER_NAME_TAKEN');
    expect(await codeOf(graphql('mutation{createOrganization(name:"Leaf"){id}}'))).toBe('SEXTANT_USER_NAME_TAKEN');
    expect(await codeOf(createTeam('x', { parent: 'none' }))).toBe('SEXTANT_TEAM_NOT_FOUND');
  });

  it('are never in a circle, also when two are moved at once', async () => {
    for (const name of ['circle-a', 'circle-b', 'circle-c']) await createTeam(name);
    await move('circle-b', 'circle-a');
    await move('circle-c', 'circle-b');
    for (const parent of ['circle-a', 'circle-b', 'circle-c']) expect(await codeOf(move('circle-a', parent))).toBe('SEXTANT_TEAM_TREE');
    for (let round = 0; round < 5; round++) {
      const [x, y] = [`knot-${round}-x`, `knot-${round}-y`];
      for (const name of [x, y]) await createTeam(name);
      const codes = await Promise.all([codeOf(move(x, y)), codeOf(move(y, x))]);
      expect(codes.sort()).toEqual(['SEXTANT_TEAM_TREE', undefined]);
    }
    await graphql('mutation{updateTeam(name:"circle-b",makeRoot:true){id}}');
    expect(await ancestorsOf('circle-c')).toEqual(['circle-b']);
    await graphql('mutation{changeParentTeam(teamName:"circle-c"){id}}');
    expect(await ancestorsOf('circle-c')).toEqual([]);
  });

  it('are twenty levels deep at most, whichever end is moved', async () => {
    await createTeam('deep-1');
    for (let level = 2; level <= 20; level++) await createTeam(`deep-${level}`, { parent: `deep-${level - 1}` });
    expect(await codeOf(createTeam('deep-21', { parent: 'deep-20' }))).toBe('SEXTANT_TEAM_TREE');
    await createTeam('above');
    expect(await codeOf(move('deep-1', 'above'))).toBe('SEXTANT_TEAM_TREE');
    await move('deep-20', 'above');
    await move('deep-1', 'above');
  });

  it('with teams below them are not deleted', async () => {
    await createTeam('upper');
    await createTeam('lower', { parent: 'upper' });
    const remove = (name: string): Promise<unknown> => graphql('mutation($n:String!){deleteTeam(name:$n){alwaysNil}}', { n: name });
    expect(await codeOf(remove('upper'))).toBe('SEXTANT_TEAM_TREE');
    await remove('lower');
    await remove('upper');
    expect(await graphql('{team(name:"upper"){id}}')).toEqual({ team: null });
    await createTeam('UPPER');
  });

  it('are changed by their members, and readonly ones by site admins alone (row 25)', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    await createTeam('hers', {}, ada.token);
    expect(await membersOf('hers')).toEqual([ada.username]);
    const rename = (team: string, token: string): Promise<unknown> =>
      graphql('mutation($n:String!){updateTeam(name:$n,displayName:""){displayName}}', { n: team }, token);
    expect(await rename('hers', ada.token)).toEqual({ updateTeam: { displayName: null } });
    expect(await codeOf(rename('hers', eve.token))).toBe('SEXTANT_TEAM_REFUSED');
    expect(await codeOf(createTeam('below-hers', { parent: 'hers' }, eve.token))).toBe('SEXTANT_TEAM_REFUSED');
    expect(await codeOf(createTeam('fixed', { readonly: true }, ada.token))).toBe('SEXTANT_TEAM_REFUSED');
    await createTeam('fixed', { readonly: true });
    await change('addTeamMembers', 'fixed', [{ username: ada.username }]);
    expect(await codeOf(rename('fixed', ada.token))).toBe('SEXTANT_TEAM_REFUSED');
    expect(
      at(await graphql('{currentUser{teams{nodes{name viewerCanAdminister} totalCount}}}', {}, ada.token), 'currentUser.teams'),
    ).toEqual({
      nodes: [
        { name: 'hers', viewerCanAdminister: true },
        { name: 'fixed', viewerCanAdminister: false },
      ],
      totalCount: 2,
    });
  });
});

describe('members of a team', () => {
  it('are matched by id, name, proved address and account elsewhere', async () => {
    await createTeam('matching');
    const people = [await admin.aPerson(), await admin.aPerson()];
    const mailed = await admin.createUser('mailed', { email: 'mailed@example.com' });
    const linked = await admin.createUser('linked');
    const number = (id: string): number => Number(Buffer.from(id, 'base64').toString().slice('User:'.length));
    const service = { type: 'github', id: 'https://github.com/' };
    await kernel.service(externalAccounts, 'identity').link(number(linked), { service, accountId: '77', username: 'Octo' });
    await change('addTeamMembers', 'matching', [
      { userID: people[0]?.id },
      { username: people[1]?.username.toUpperCase() },
      { email: 'MAILED@example.com' },
      { externalAccountServiceType: 'github', externalAccountServiceID: 'https://github.com/', externalAccountLogin: 'octo' },
    ]);
    expect(await membersOf('matching')).toEqual([people[0]?.username, people[1]?.username, 'mailed', 'linked']);
    const account = {
      externalAccountServiceType: 'github',
      externalAccountServiceID: 'https://github.com/',
      externalAccountAccountID: '77',
    };
    await change('removeTeamMembers', 'matching', [account, { userID: mailed }]);
    expect(await membersOf('matching')).toEqual([people[0]?.username, people[1]?.username]);
    await change('setTeamMembers', 'matching', [{ username: 'linked' }]);
    expect(await membersOf('matching')).toEqual(['linked']);
  });

  it.each([
    ['nobody', { username: 'nobody-at-all' }],
    ['an id of another kind', { userID: encodeNodeId('Org', 1) }],
    ['two who are not one', { username: 'mailed', email: 'linked@example.com' }],
    ['an address that nobody proved', { email: 'unproved@example.com' }],
    ['an account without a service', { externalAccountLogin: 'octo' }],
    ['nothing', {}],
  ])('that name %s change nothing, or are skipped', async (_case, member) => {
    await createTeam(`strict-${_case.replaceAll(' ', '-')}`);
    const team = `strict-${_case.replaceAll(' ', '-')}`;
    expect(await codeOf(change('addTeamMembers', team, [{ username: 'mailed' }, member]))).toBe('SEXTANT_TEAM_MEMBER_UNMATCHED');
    expect(await membersOf(team)).toEqual([]);
    await change('addTeamMembers', team, [{ username: 'mailed' }, member], undefined, true);
    expect(await membersOf(team)).toEqual(['mailed']);
  });

  it('tell nobody but site admins whose an address is (row 18)', async () => {
    const ada = await admin.aPerson();
    await createTeam('curious', {}, ada.token);
    for (const member of [{ email: 'mailed@example.com' }, { email: 'nobody@example.com' }])
      expect(await codeOf(change('addTeamMembers', 'curious', [member], ada.token))).toBe('SEXTANT_TEAM_MEMBER_UNMATCHED');
  });
});
