import { core } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { addOrganizationOwners } from '../storage/migrations/add-organization-owners.js';
import { Administration, answers, codeOf } from '../testing/administration.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);
const graphql = answers(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({
    plugins: [manifest],
    config: { plugins: { identity: { localAdmin: 'Local Admin', limits: { organizationsPerUser: 3, teamsPerUser: 2 } } } },
  });
});

type Person = Awaited<ReturnType<typeof admin.aPerson>>;
const create = async (name: string, token?: string): Promise<string> =>
  at(await graphql('mutation($n:String!){createOrganization(name:$n){id}}', { n: name }, token), 'createOrganization.id') as string;
const join = (o: string, u: string): Promise<unknown> =>
  graphql('mutation($o:ID!,$u:String!){addUserToOrganization(organization:$o,username:$u){alwaysNil}}', { o, u });
const remove = (o: string, u: string, token?: string): Promise<unknown> =>
  codeOf(graphql('mutation($o:ID!,$u:ID!){removeUserFromOrg(orgID:$o,userID:$u){alwaysNil}}', { o, u }, token));
const drop = (o: string, token?: string): Promise<unknown> =>
  codeOf(graphql('mutation($o:ID!){deleteOrganization(organization:$o){alwaysNil}}', { o }, token));
const own = (o: string, u: string, w: boolean, token?: string): Promise<unknown> =>
  codeOf(
    graphql('mutation($o:ID!,$u:ID!,$w:Boolean!){setOrganizationOwner(organization:$o,user:$u,owner:$w){alwaysNil}}', { o, u, w }, token),
  );
const owners = async (o: string, token?: string): Promise<unknown> =>
  at(await graphql('query($o:ID!){node(id:$o){... on Org{owners{username}}}}', { o }, token), 'node.owners.*.username');

/** An organisation of its founder and two members. */
async function founded(name: string): Promise<{ id: string; founder: Person; member: Person; other: Person }> {
  const [founder, member, other] = [await admin.aPerson(), await admin.aPerson(), await admin.aPerson()];
  const id = await create(name, founder.token);
  for (const { username } of [member, other]) await join(id, username);
  return { id, founder, member, other };
}

describe('an organisation', () => {
  it('is not taken over by a member: nobody is expelled, promoted or demoted by one, nor is it deleted', async () => {
    const { id, founder, member, other } = await founded('coup');
    const refused = 'SEXTANT_ORGANIZATION_REFUSED';
    expect(await remove(id, founder.id, member.token)).toBe(refused);
    expect(await remove(id, other.id, member.token)).toBe(refused);
    expect(await own(id, member.id, true, member.token)).toBe(refused);
    expect(await own(id, founder.id, false, member.token)).toBe(refused);
    expect(await drop(id, member.token)).toBe(refused);
    expect(await owners(id, member.token)).toEqual([founder.username]);
    // To strangers it is not there.
    expect(await drop(id, (await admin.aPerson()).token)).toBe('SEXTANT_ORGANIZATION_NOT_FOUND');
  });

  it('lets members rename it and invite others, as before', async () => {
    const { id, member } = await founded('open');
    await graphql('mutation($o:ID!){updateOrganization(id:$o,displayName:"Y"){displayName}}', { o: id }, member.token);
    expect(
      at(await graphql('query($o:ID!){node(id:$o){... on Org{viewerCanAdminister viewerIsOwner}}}', { o: id }, member.token), 'node'),
    ).toEqual({
      viewerCanAdminister: true,
      viewerIsOwner: false,
    });
  });

  it('is handed over before its last owner leaves', async () => {
    const { id, founder, member, other } = await founded('handover');
    expect(await remove(id, founder.id, founder.token)).toBe('SEXTANT_ORGANIZATION_LAST_MEMBER');
    expect(await own(id, founder.id, false, founder.token)).toBe('SEXTANT_ORGANIZATION_LAST_MEMBER');
    expect(await remove(id, other.id, other.token)).toBeUndefined();
    expect(await own(id, member.id, true, founder.token)).toBeUndefined();
    expect(await remove(id, founder.id, founder.token)).toBeUndefined();
    expect(await owners(id, member.token)).toEqual([member.username]);
    expect(await drop(id, member.token)).toBeUndefined();
  });

  it('is left to site admins whole, by the names of the field', async () => {
    const { id, founder, member } = await founded('ruled');
    expect(await remove(id, founder.id)).toBeUndefined();
    expect(await own(id, member.id, true)).toBeUndefined();
    expect(await drop(id)).toBeUndefined();
  });

  it('from before owners existed gets its creator as owner, or else its first member', async () => {
    const db = kernel.service(core.storage, 'identity');
    const [known, unknown, kept] = [await founded('known'), await founded('unknown'), await founded('kept')];
    await own(kept.id, kept.member.id, true);
    await own(kept.id, kept.founder.id, false);
    const forget = `update organization_members set owner = false where organization_id in (select id from organizations where name in ('known', 'unknown'))`;
    await db.query(forget);
    // Its creator is gone from it, and the audit log tells of nobody who is there.
    await remove(unknown.id, unknown.founder.id);
    await db.transaction((tx) => addOrganizationOwners.up(tx));
    expect(await owners(known.id)).toEqual([known.founder.username]);
    expect(await owners(unknown.id)).toEqual([unknown.member.username]);
    expect(await owners(kept.id)).toEqual([kept.member.username]);
  });
});

describe('what one person makes is bounded', () => {
  it('organisations, also when several are made at once; site admins make as many as they like', async () => {
    const { token } = await admin.aPerson();
    const codes = await Promise.all([1, 2, 3, 4, 5].map((n) => codeOf(create(`bounded-${n}`, token))));
    expect(codes.filter((code) => code === undefined)).toHaveLength(3);
    expect(codes.filter((code) => code === 'SEXTANT_ORGANIZATION_LIMIT')).toHaveLength(2);
    for (const n of [1, 2, 3, 4]) await create(`unbounded-${n}`);
  });

  it('teams', async () => {
    const { token } = await admin.aPerson();
    const make = (name: string): Promise<unknown> => codeOf(graphql('mutation($n:String!){createTeam(name:$n){id}}', { n: name }, token));
    expect([await make('team-1'), await make('team-2'), await make('team-3')]).toEqual([undefined, undefined, 'SEXTANT_TEAM_LIMIT']);
  });
});

describe('a team', () => {
  const team = async (name: string, creator: Person, ...members: Person[]): Promise<string> => {
    await graphql('mutation($n:String!){createTeam(name:$n){id}}', { n: name }, creator.token);
    for (const { username } of members) await change('addTeamMembers', name, username, creator);
    return name;
  };
  const change = (field: string, t: string, u: string, by: Person): Promise<unknown> =>
    codeOf(graphql(`mutation($t:String!,$u:String!){${field}(teamName:$t,members:[{username:$u}]){id}}`, { t, u }, by.token));
  const dissolve = (t: string, by: Person): Promise<unknown> =>
    codeOf(graphql('mutation($t:String!){deleteTeam(name:$t){alwaysNil}}', { t }, by.token));

  it('keeps its creator: other members add people and leave, and neither expel anybody nor delete it', async () => {
    const [creator, member, other] = [await admin.aPerson(), await admin.aPerson(), await admin.aPerson()];
    const name = await team('guild', creator, member);
    const refused = 'SEXTANT_TEAM_REFUSED';
    expect(await change('addTeamMembers', name, other.username, member)).toBeUndefined();
    expect(await change('removeTeamMembers', name, creator.username, member)).toBe(refused);
    expect(await change('setTeamMembers', name, member.username, member)).toBe(refused);
    expect(await dissolve(name, member)).toBe(refused);
    expect(await change('removeTeamMembers', name, other.username, other)).toBeUndefined();
    expect(await change('removeTeamMembers', name, creator.username, creator)).toBeUndefined();
    // Nobody made it who is still there: its members have it.
    expect(await dissolve(name, member)).toBeUndefined();
  });
});
