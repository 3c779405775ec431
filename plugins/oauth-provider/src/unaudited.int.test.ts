import { unauditedThenAudited } from '@sextant/plugin-identity/testing';
import { core } from '@sextant/sdk';
import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ASite } from './testing/a-site.js';

let site: ASite;
beforeAll(async () => {
  site = await ASite.start();
});

const byAdmin = (mutation: string) => async (): Promise<() => Promise<unknown>> => {
  const { id } = await site.aClient();
  return () => site.kernel.graphql(mutation, mutation.includes('$id') ? { id } : {});
};

/** Each: makes what is needed, and gives the change. */
const CHANGES: readonly (readonly [string, () => Promise<() => Promise<unknown>>])[] = [
  [
    'a client',
    byAdmin(
      'mutation { createOAuthClient(input: { name: "New", redirectURIs: ["https://app.example/cb"], scopes: ["mcp"] }) { clientSecret } }',
    ),
  ],
  ['a change of a client', byAdmin('mutation($id: ID!) { updateOAuthClient(id: $id, input: { name: "Other" }) { id } }')],
  ['another secret of a client', byAdmin('mutation($id: ID!) { rotateOAuthClientSecret(id: $id) { clientSecret } }')],
  ['the end of a client', byAdmin('mutation($id: ID!) { deleteOAuthClient(id: $id) { alwaysNil } }')],
  [
    'the end of what a person lets a program do',
    async () => {
      const [person, { config }] = [await site.aPerson(), await site.aClient()];
      const { access_token: token } = await (await site.byCode(config, person.browser, { scope: 'user:all' })).tokens();
      const seen = await site.asked(token, '{ currentUser { authorizedApplications { nodes { id } } } }');
      const id = at(seen, 'currentUser.authorizedApplications.nodes.0.id');
      return () => site.kernel.graphql('mutation($id: ID!) { revokeAuthorizedApplication(id: $id) { alwaysNil } }', { id });
    },
  ],
];

describe('while nothing can be written to the audit log', () => {
  it.each(CHANGES)('%s is refused whole, and done afterwards', async (_what, prepare) => {
    const { refused, done } = await unauditedThenAudited(site.kernel, ['oauth-provider'], await prepare());
    expect(refused).toEqual([]);
    expect(done).not.toEqual([]);
  });

  it('no program is let in', async () => {
    const [person, { config }] = [await site.aPerson(), await site.aClient()];
    const grants: number[] = [];
    await unauditedThenAudited(site.kernel, [], async () => {
      await site.byCode(config, person.browser, { scope: 'user:all' });
      const sql = `SELECT 1 FROM artifacts WHERE model = 'Grant' AND account_id = $1`;
      grants.push((await site.kernel.service(core.storage, 'oauth-provider').query(sql, [person.userId])).length);
    });
    expect(grants).toEqual([0, 1]);
  });
});
