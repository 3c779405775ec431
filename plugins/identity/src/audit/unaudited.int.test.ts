import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { Administration, answers, codeOf, unauditedThenAudited } from '../testing/index.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);
const ask = answers(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest] });
});

let number = 0;
const anOrganization = async (): Promise<string> =>
  textAt(await ask('mutation($n:String!){createOrganization(name:$n){id}}', { n: `org-${++number}` }), 'createOrganization.id');
const invite = (o: string, u: string): Promise<unknown> =>
  ask('mutation($o:ID!,$u:String!){inviteUserToOrganization(organization:$o,username:$u){invitationURL}}', { o, u });

/** Each: makes what is needed, and gives the change. */
const CHANGES: readonly (readonly [string, string, () => Promise<() => Promise<unknown>>])[] = [
  [
    'the renaming of an organisation',
    'organizations',
    async () => {
      const o = await anOrganization();
      return () => ask('mutation($o:ID!){updateOrganization(id:$o,displayName:"Renamed"){id}}', { o });
    },
  ],
  [
    'an invitation',
    'organization_invitations',
    async () => {
      const [o, { username }] = [await anOrganization(), await admin.aPerson()];
      return () => invite(o, username);
    },
  ],
  [
    'the end of an invitation',
    'organization_invitations',
    async () => {
      const [o, { username }] = [await anOrganization(), await admin.aPerson()];
      await invite(o, username);
      const seen = await ask('query($o:ID!){node(id:$o){... on Org{invitations{nodes{id}}}}}', { o });
      const i = at(seen, 'node.invitations.nodes.0.id');
      return () => ask('mutation($i:ID!){revokeOrganizationInvitation(organizationInvitation:$i){alwaysNil}}', { i });
    },
  ],
  [
    'a tag',
    'user_tags',
    async () => {
      const { id } = await admin.aPerson();
      return () => ask('mutation($u:ID!){setTag(node:$u,tag:"a tag",present:true){alwaysNil}}', { u: id });
    },
  ],
  [
    'the decision on a request for access',
    'access_requests',
    async () => {
      await ask('mutation{createAccessRequest(name:"Eve",email:"eve@example.com"){alwaysNil}}');
      const id = at(await ask('{accessRequests{nodes{id}}}'), 'accessRequests.nodes.0.id');
      return () => ask('mutation($id:ID!){setAccessRequestStatus(id:$id,status:REJECTED){id}}', { id });
    },
  ],
  [
    'the deletion of a user',
    'users',
    async () => {
      const { id } = await admin.aPerson();
      return () => ask('mutation($u:ID!){deleteUser(user:$u){alwaysNil}}', { u: id });
    },
  ],
];

describe('while nothing can be written to the audit log', () => {
  it.each(CHANGES)('%s is refused whole, and done afterwards', async (_what, table, prepare) => {
    const change = await prepare();
    const codes: unknown[] = [];
    const act = async (): Promise<void> => void codes.push(await codeOf(change()));
    const { refused, done } = await unauditedThenAudited(kernel, ['identity'], act);
    expect(codes).toEqual(['SEXTANT_AUDIT_UNWRITTEN', undefined]);
    expect(refused).toEqual([]);
    expect(done).toContain(`identity.${table}`);
  });
});
