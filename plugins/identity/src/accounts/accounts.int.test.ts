import { encodeCursor } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../manifest.js';
import { Administration, codeOf } from '../testing/administration.js';
import { sessionApi } from '../testing/session-api.js';
import { testSessionPlugin } from '../testing/test-session.js';

let kernel: TestKernel;
const admin = new Administration(() => kernel);

beforeAll(async () => {
  kernel = await startTestKernel({
    plugins: [manifest, testSessionPlugin],
    config: { plugins: { identity: { localAdmin: 'Local Admin' } } },
  });
});

describe('users', () => {
  it('have names of their own, in any case of letters', async () => {
    await admin.createUser('Taken');
    expect(await codeOf(kernel.graphql('mutation{createUser(username:"tAKEN"){user{id}}}'))).toBe('SEXTANT_USER_NAME_TAKEN');
    expect(at((await kernel.graphql('{user(username:"TAKEN"){username}}')).data, 'user.username')).toBe('Taken');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(kernel.graphql('mutation{createUser(username:"raced"){user{id}}}'))),
    );
    expect(answers.filter((code) => code === undefined)).toHaveLength(1);
  });

  it('prove an address once; others may claim it unproved', async () => {
    await admin.createUser('mail-a', { email: 'Same@Example.com' });
    expect(await codeOf(kernel.graphql('mutation{createUser(username:"mail-b",email:"same@example.com"){user{id}}}'))).toBe(
      'SEXTANT_USER_EMAIL_TAKEN',
    );
    expect(
      await codeOf(kernel.graphql('mutation{createUser(username:"mail-b",email:"same@example.com",verifiedEmail:false){user{id}}}')),
    ).toBeUndefined();
    expect(at((await kernel.graphql('{user(email:"SAME@example.com"){username}}')).data, 'user.username')).toBe('mail-a');
    const { token } = await admin.createToken(await admin.createUser('mail-c'));
    expect(at((await kernel.graphql('{user(email:"same@example.com"){username}}', {}, { token })).data, 'user')).toBeNull();
  });

  it.each(['nonsense', '@example.com', 'a b@example.com', 'a@b@c', '<a@example.com>'])(
    'are not made with the address %j',
    async (email) => {
      expect(await codeOf(kernel.graphql('mutation($e:String){createUser(username:"bad-mail",email:$e){user{id}}}', { e: email }))).toBe(
        'SEXTANT_USER_EMAIL_INVALID',
      );
      expect(at((await kernel.graphql('{user(username:"bad-mail"){id}}')).data, 'user')).toBeNull();
    },
  );

  it('are not listed from a cursor that was tampered with (row 25)', async () => {
    for (const after of [
      'nonsense',
      encodeCursor('users', '1; drop table users'),
      encodeCursor('users', '-1'),
      encodeCursor('access-tokens', '1'),
    ]) {
      expect(await codeOf(kernel.graphql('query($a:String){users(after:$a){nodes{id}}}', { a: after }))).toBe('SEXTANT_PAGE_ARGUMENT');
    }
  });

  it('are listed page by page, each once', async () => {
    for (let i = 0; i < 5; i++) await admin.createUser(`paged-${i}`);
    const seen: string[] = [];
    let after: unknown = null;
    do {
      const { data } = await kernel.graphql(
        'query($a:String){users(first:2,after:$a,query:"paged-"){nodes{username} totalCount pageInfo{hasNextPage endCursor}}}',
        { a: after },
      );
      expect(at(data, 'users.totalCount')).toBe(5);
      seen.push(...(at(data, 'users.nodes.*.username') as string[]));
      after = at(data, 'users.pageInfo.endCursor');
    } while (after);
    expect(seen).toEqual(['paged-0', 'paged-1', 'paged-2', 'paged-3', 'paged-4']);
    expect(at((await kernel.graphql('{users(query:"PAGED_"){totalCount}}')).data, 'users.totalCount')).toBe(0);
  });

  it('are not listed a thousand million at a time (row 25)', async () => {
    expect(await codeOf(kernel.graphql('{users(first:1000000000){totalCount}}'))).toMatch(/^SEXTANT_(?:PAGE_ARGUMENT|GRAPHQL_LIMIT)$/);
  });

  it('keep a site admin among them', async () => {
    const me = at((await kernel.graphql('{currentUser{id}}')).data, 'currentUser.id');
    const second = await admin.createUser('second-admin');
    await kernel.graphql('mutation($u:ID!){setUserIsSiteAdmin(userID:$u,siteAdmin:true){alwaysNil}}', { u: second });
    for (const mutation of ['deleteUser(user:$u){alwaysNil}', 'setUserIsSiteAdmin(userID:$u,siteAdmin:false){alwaysNil}']) {
      expect(await codeOf(sessionApi(kernel, second).graphql(`mutation($u:ID!){${mutation}}`, { u: me }))).toBe('SEXTANT_USER_PROTECTED');
      expect(await codeOf(kernel.graphql(`mutation($u:ID!){${mutation}}`, { u: me }))).toBe('SEXTANT_USER_FORBIDDEN');
    }
  });

  it('change their display name, and their user name where the site lets them', async () => {
    const user = await admin.createUser('changing');
    const { token } = await admin.createToken(user);
    const { data } = await kernel.graphql(
      'mutation($u:ID!){updateUser(user:$u,displayName:"Ada L."){displayName viewerCanChangeUsername}}',
      { u: user },
      { token },
    );
    expect(at(data, 'updateUser')).toEqual({ displayName: 'Ada L.', viewerCanChangeUsername: false });
    const rename = (who?: string): Promise<unknown> =>
      codeOf(kernel.graphql('mutation($u:ID!){updateUser(user:$u,username:"changed"){username}}', { u: user }, { token: who }));
    expect(await rename(token)).toBe('SEXTANT_USER_FORBIDDEN');
    expect(await rename()).toBeUndefined();
    expect((await kernel.graphql('{old:user(username:"changing"){id} new:user(username:"changed"){id}}')).data).toEqual({
      old: null,
      new: { id: user },
    });
  });
});
