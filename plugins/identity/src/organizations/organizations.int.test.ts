import { encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { accountMail } from '../api.js';
import manifest from '../manifest.js';
import { Administration, answers, codeOf } from '../testing/administration.js';
import { smallPlugin } from '../testing/small-plugin.js';

const sent: { to: string; text: string }[] = [];
/** Sends mails, into a list. */
const post = smallPlugin('post', (r) =>
  r.contribute(accountMail, () => ({
    configured: async () => true,
    send: async ({ to, text }) => void sent.push({ to, text }),
  })),
);

let kernel: TestKernel;
const admin = new Administration(() => kernel);
const graphql = answers(() => kernel);

const createOrganization = async (name: string, token?: string): Promise<string> =>
  at(await graphql('mutation($n:String!){createOrganization(name:$n){id}}', { n: name }, token), 'createOrganization.id') as string;
const join = (organization: string, username: string): Promise<unknown> =>
  graphql('mutation($o:ID!,$u:String!){addUserToOrganization(organization:$o,username:$u){alwaysNil}}', { o: organization, u: username });
const leave = (organization: string, user: string, token?: string): Promise<unknown> =>
  graphql('mutation($o:ID!,$u:ID!){removeUserFromOrg(orgID:$o,userID:$u){alwaysNil}}', { o: organization, u: user }, token);
const names = async (token?: string): Promise<unknown> =>
  at(await graphql('{organizations(first:1000){nodes{name}}}', {}, token), 'organizations.nodes.*.name');
const invite = async (
  organization: string,
  to: { readonly username?: string; readonly email?: string },
  token?: string,
): Promise<string> => {
  const data = await graphql(
    'mutation($o:ID!,$u:String,$e:String){inviteUserToOrganization(organization:$o,username:$u,email:$e){sentInvitationEmail invitationURL}}',
    { o: organization, u: to.username, e: to.email },
    token,
  );
  return at(data, 'inviteUserToOrganization.invitationURL') as string;
};
const secretOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
const invitationOf = async (url: string, token: string): Promise<string | null> =>
  (
    (await graphql('query($t:String!){invitationByToken(token:$t){id organization{name}}}', { t: secretOf(url) }, token)) as {
      invitationByToken: { id: string } | null;
    }
  ).invitationByToken?.id ?? null;
const respond = (invitation: string, responseType: 'ACCEPT' | 'REJECT', token: string): Promise<unknown> =>
  graphql(
    'mutation($i:ID!,$r:OrganizationInvitationResponseType!){respondToOrganizationInvitation(organizationInvitation:$i,responseType:$r){alwaysNil}}',
    { i: invitation, r: responseType },
    token,
  );

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest, post], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

describe('organisations', () => {
  it('are seen by their members and site admins, and look like none to others (row 25)', async () => {
    const [member, stranger] = [await admin.aPerson(), await admin.aPerson()];
    const id = await createOrganization('Acme');
    await graphql('mutation($o:ID!){updateOrganization(id:$o,displayName:"Acme Inc."){id}}', { o: id });
    await join(id, member.username);
    // As `src` asks for a namespace (src-cli.md, section 6), and by node id.
    const query =
      'query($name:String!,$id:ID!){user(username:$name){id url} organization(name:$name){id url viewerCanAdminister settingsURL} node(id:$id){id}}';
    const acme = { id, url: '/organizations/Acme', viewerCanAdminister: true, settingsURL: '/organizations/Acme/settings' };
    for (const token of [member.token, undefined])
      expect(await graphql(query, { name: 'ACME', id }, token)).toEqual({ user: null, organization: acme, node: { id } });
    expect(await graphql(query, { name: 'acme', id }, stranger.token)).toEqual({ user: null, organization: null, node: null });
    expect(await names(member.token)).toEqual(['Acme']);
    expect(await names(stranger.token)).toEqual([]);
    const organizationsOf = async (token: string | undefined): Promise<unknown> =>
      at(
        await graphql(
          'query($n:String!){user(username:$n){organizations{nodes{name displayName} totalCount}}}',
          { n: member.username },
          token,
        ),
        'user.organizations',
      );
    const hers = { nodes: [{ name: 'Acme', displayName: 'Acme Inc.' }], totalCount: 1 };
    expect(await organizationsOf(undefined)).toEqual(hers);
    expect(await organizationsOf(member.token)).toEqual(hers);
    expect(await organizationsOf(stranger.token)).toEqual({ nodes: [], totalCount: 0 });
    expect(await codeOf(graphql('mutation{createUser(username:"acme"){user{id}}}'))).toBe('SEXTANT_USER_NAME_TAKEN');
    for (const attempt of [
      'mutation($o:ID!){updateOrganization(id:$o,displayName:"x"){id}}',
      'mutation($o:ID!){deleteOrganization(organization:$o){alwaysNil}}',
    ]) {
      const none = encodeNodeId('Org', 999_999);
      const answer = async (o: string): Promise<unknown> => kernel.graphql(attempt, { o }, { token: stranger.token });
      expect(await answer(id)).toEqual(await answer(none));
      expect(await codeOf(graphql(attempt, { o: id }, stranger.token))).toBe('SEXTANT_ORGANIZATION_NOT_FOUND');
    }
  });

  it('have members, who are listed page by page to members alone, and searched by names alone', async () => {
    const id = await createOrganization('paged');
    const people = [await admin.aPerson(), await admin.aPerson(), await admin.aPerson()];
    for (const person of people) await join(id, person.username);
    await admin.createUser('mailed', { email: 'needle@example.com' });
    await join(id, 'mailed');
    const members = async (token?: string, more = ''): Promise<unknown> =>
      at(
        await graphql(
          `query($o:ID!){node(id:$o){... on Org{members(first:2${more}){nodes{username} totalCount pageInfo{hasNextPage}}}}}`,
          { o: id },
          token,
        ),
        'node.members',
      );
    expect(await members(people[0]?.token)).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
    expect(await members(people[0]?.token, ',query:"needle"')).toMatchObject({ totalCount: 0 });
    expect(await members(undefined, ',query:"needle"')).toMatchObject({ totalCount: 1 });
  });

  it('are left by their members, and not by the last one', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const id = await createOrganization('left', ada.token);
    expect(await codeOf(leave(id, ada.id, ada.token))).toBe('SEXTANT_ORGANIZATION_LAST_MEMBER');
    await join(id, eve.username);
    await leave(id, eve.id, eve.token);
    expect(await names(eve.token)).toEqual([]);
    expect(await codeOf(leave(id, eve.id, ada.token))).toBe('SEXTANT_USER_NOT_FOUND');
    await leave(id, ada.id);
    await graphql('mutation($o:ID!){deleteOrganization(organization:$o){alwaysNil}}', { o: id });
    expect(await createOrganization('LEFT')).not.toBe(id);
  });

  it('keep one member when two leave at once', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const id = await createOrganization('emptied', ada.token);
    await join(id, eve.username);
    const codes = await Promise.all([codeOf(leave(id, ada.id, ada.token)), codeOf(leave(id, eve.id, eve.token))]);
    expect(codes.sort()).toEqual(['SEXTANT_ORGANIZATION_LAST_MEMBER', undefined]);
  });

  it('are made by everybody or by site admins, and administered by members or owners, as the site has it', async () => {
    const strict = await startTestKernel({
      plugins: [manifest],
      config: { plugins: { identity: { organizations: { creation: 'site-admins', administration: 'owners' } } } },
    });
    const people = new Administration(() => strict);
    const ask = answers(() => strict);
    const [ada, eve] = [await people.aPerson(), await people.aPerson()];
    expect(await codeOf(ask('mutation{createOrganization(name:"no"){id}}', {}, ada.token))).toBe('SEXTANT_ORGANIZATION_REFUSED');
    const o = at(await ask('mutation{createOrganization(name:"yes"){id}}'), 'createOrganization.id');
    const add = 'mutation($o:ID!,$u:String!){addUserToOrganization(organization:$o,username:$u){alwaysNil}}';
    for (const { username } of [ada, eve]) await ask(add, { o, u: username });
    const rename = 'mutation($o:ID!){updateOrganization(id:$o,displayName:"Y"){displayName}}';
    const own = 'mutation($o:ID!,$u:ID!,$w:Boolean!){setOrganizationOwner(organization:$o,user:$u,owner:$w){alwaysNil}}';
    expect(await codeOf(ask(rename, { o }, ada.token))).toBe('SEXTANT_ORGANIZATION_REFUSED');
    await ask(own, { o, u: ada.id, w: true });
    expect(await ask(rename, { o }, ada.token)).toEqual({ updateOrganization: { displayName: 'Y' } });
    const local = at(await ask('{currentUser{id}}'), 'currentUser.id');
    await ask(own, { o, u: local, w: false }, ada.token);
    expect(await codeOf(ask(own, { o, u: ada.id, w: false }, ada.token))).toBe('SEXTANT_ORGANIZATION_LAST_MEMBER');
  });
});

describe('invitations to organisations', () => {
  it('make a member of who accepts, and of nobody else', async () => {
    const [ada, eve, mallory] = [await admin.aPerson(), await admin.aPerson(), await admin.aPerson()];
    const id = await createOrganization('inviting', ada.token);
    const url = await invite(id, { username: eve.username }, ada.token);
    expect(await invitationOf(url, mallory.token)).toBeNull();
    const invitation = (await invitationOf(url, eve.token)) as string;
    expect(await codeOf(respond(invitation, 'ACCEPT', mallory.token))).toBe('SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND');
    expect(await graphql('query($i:ID!){node(id:$i){id}}', { i: invitation }, mallory.token)).toEqual({ node: null });
    await respond(invitation, 'ACCEPT', eve.token);
    expect(await names(eve.token)).toEqual(['inviting']);
    expect(await codeOf(respond(invitation, 'ACCEPT', eve.token))).toBe('SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND');
    expect(await codeOf(invite(id, { username: eve.username }, ada.token))).toBe('SEXTANT_ORGANIZATION_MEMBER_ALREADY');
  });

  it('by mail are for who has proved the address (row 24)', async () => {
    const ada = await admin.aPerson();
    const id = await createOrganization('mailing', ada.token);
    await invite(id, { email: 'Guest@example.com' }, ada.token);
    const mail = sent.at(-1);
    expect(mail?.to).toBe('Guest@example.com');
    const url = /\S*\/organizations\/invitation\/\S+/.exec(mail?.text ?? '')?.[0] as string;
    const claims = await admin.createUser('claims-guest');
    await graphql('mutation{createUser(username:"says-guest",email:"guest@example.com",verifiedEmail:false){user{id}}}');
    const { token } = await admin.createToken(claims);
    expect(await invitationOf(url, token)).toBeNull();
    const proved = await admin.createToken(await admin.createUser('is-guest', { email: 'guest@example.com' }));
    const invitation = (await invitationOf(url, proved.token)) as string;
    await respond(invitation, 'REJECT', proved.token);
    expect(await names(proved.token)).toEqual([]);
    expect(await codeOf(invite(id, { email: 'nonsense' }, ada.token))).toBe('SEXTANT_USER_EMAIL_INVALID');
  });

  it('fill nobody’s mailbox, and say nothing that whoever sends them has made up', async () => {
    const ada = await admin.aPerson();
    const id = await createOrganization('flooding', ada.token);
    await graphql('mutation($o:ID!){updateOrganization(id:$o,displayName:"Your account ends: evil.example"){id}}', { o: id }, ada.token);
    const flooded = (): readonly string[] => sent.filter(({ to }) => to.toLowerCase() === 'flooded@example.com').map(({ text }) => text);
    const codes: unknown[] = [];
    for (let i = 0; i < 8; i++)
      codes.push(await codeOf(invite(id, { email: i % 2 ? 'flooded@example.com' : 'Flooded@Example.com' }, ada.token)));
    const other = await createOrganization('flooding-too', ada.token);
    codes.push(await codeOf(invite(other, { email: 'flooded@example.com' }, ada.token)));
    expect(codes).toEqual([...Array(5).fill(undefined), ...Array(4).fill('SEXTANT_ORGANIZATION_INVITATIONS_THROTTLED')]);
    expect(flooded()).toHaveLength(5);
    expect(flooded().join()).not.toContain('evil.example');
    const many: unknown[] = [];
    for (let i = 0; i < 50; i++) many.push(await codeOf(invite(id, { email: `many-${i}@example.com` }, ada.token)));
    expect(many.indexOf('SEXTANT_ORGANIZATION_INVITATIONS_THROTTLED')).toBeGreaterThan(40);
  });

  it('are revoked, and replaced by a newer one of the same person', async () => {
    const [ada, eve] = [await admin.aPerson(), await admin.aPerson()];
    const id = await createOrganization('revoking', ada.token);
    const first = await invite(id, { username: eve.username }, ada.token);
    const second = await invite(id, { username: eve.username }, ada.token);
    expect(await invitationOf(first, eve.token)).toBeNull();
    const invitation = (await invitationOf(second, eve.token)) as string;
    const pending = async (token: string): Promise<unknown> =>
      at(await graphql('query($o:ID!){node(id:$o){... on Org{invitations{nodes{id} totalCount}}}}', { o: id }, token), 'node.invitations');
    expect(await pending(ada.token)).toEqual({ nodes: [{ id: invitation }], totalCount: 1 });
    const revoke = (token: string): Promise<unknown> =>
      graphql('mutation($i:ID!){revokeOrganizationInvitation(organizationInvitation:$i){alwaysNil}}', { i: invitation }, token);
    expect(await codeOf(revoke(eve.token))).toBe('SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND');
    await revoke(ada.token);
    expect(await invitationOf(second, eve.token)).toBeNull();
  });
});
