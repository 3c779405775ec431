import identity from '@sextant/plugin-identity';
import { Administration, answers, codeOf } from '@sextant/plugin-identity/testing';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';

let kernel: TestKernel;
const people = new Administration(() => kernel);
const graphql = answers(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [identity, manifest], config: { plugins: { identity: { localAdmin: 'Local Admin' } } } });
});

describe('the people of the site', () => {
  it('are counted and listed as src users prune asks, deleted ones too', async () => {
    for (const name of ['prune-a', 'prune-b', 'prune-c']) await people.createUser(name, { email: `${name}@example.com` });
    const id = at(await graphql('{user(username:"prune-b"){id}}'), 'user.id');
    await graphql('mutation($u:ID!){deleteUser(user:$u){alwaysNil}}', { u: id });
    await graphql('mutation{createServiceAccount(username:"prune-robot"){id}}');
    const nodes = 'nodes(limit:$limit,offset:$offset){id username email siteAdmin lastActiveAt deletedAt}';
    const data = await graphql(`query($limit:Int,$offset:Int){site{users{totalCount ${nodes}}}}`, { limit: 2, offset: 1 });
    expect(at(data, 'site.users')).toMatchObject({
      totalCount: 4,
      nodes: [
        { username: 'prune-a', email: 'prune-a@example.com', siteAdmin: false, lastActiveAt: null, deletedAt: null },
        { username: 'prune-b', email: null, deletedAt: expect.any(String) },
      ],
    });
  });

  it('are narrowed and put in order', async () => {
    const names = async (filter: string, page = ''): Promise<unknown> =>
      at(await graphql(`{site{users(${filter}){nodes(${page}){username}}}}`), 'site.users.nodes.*.username');
    expect(await names('query:"PRUNE",deletedAt:{empty:true}', 'orderBy:USERNAME,descending:true')).toEqual(['prune-c', 'prune-a']);
    expect(await names('deletedAt:{empty:false}', 'limit:5')).toEqual(['prune-b']);
    expect(await names('siteAdmin:true', 'limit:5')).toEqual(['Local-Admin']);
    expect(await names('createdAt:{gte:"2999-01-01T00:00:00Z"}', 'limit:5')).toEqual([]);
  });

  it('are no business of anybody but site admins, and not listed without end (row 25)', async () => {
    const { token } = await people.aPerson();
    expect(await codeOf(graphql('{site{users{totalCount}}}', {}, token))).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
    for (const page of ['limit:1001', 'limit:-1', 'offset:1000001'])
      expect(await codeOf(graphql(`{site{users{nodes(${page}){id}}}}`))).toBe('SEXTANT_PAGE_ARGUMENT');
  });
});
