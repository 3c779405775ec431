import { newcomerGates } from '@sextant/plugin-identity/api';
import { at, LeakWatch } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADirectory, aPerson, TOKEN } from './testing/a-directory.js';

let directory: ADirectory;
beforeAll(async () => {
  directory = await ADirectory.start();
});
const bare = async (
  path: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> => {
  const response = await directory.kernel.fetch(path, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
};
const withoutIds = (text: string): string => text.replace(/"requestId":"[^"]*"/, '');

describe('SCIM', () => {
  it('is as if it were not there while no token is configured', async () => {
    const other = await ADirectory.start();
    await other.configure({});
    const asked = async (path: string): Promise<unknown> => {
      const response = await other.kernel.fetch(path, { headers: { authorization: `Bearer ${TOKEN}` } });
      return [response.status, withoutIds(await response.text())];
    };
    expect(await asked('/.api/scim/v2/Users')).toEqual(await asked('/.api/no-such-path'));
    await other.kernel.stop();
  });

  it.each([
    ['none', undefined],
    ['a wrong one', `Bearer ${TOKEN}x`],
    ['another length', 'Bearer x'],
    ['another scheme', `token ${TOKEN}`],
    ['a user name', `Basic ${Buffer.from(`${TOKEN}:`).toString('base64')}`],
    ['two in one', `Bearer ${TOKEN} ${TOKEN}`],
  ])('lets nobody in by %s', async (_case, authorization) => {
    const { status, text, headers } = await bare('/.api/scim/v2/Users', authorization === undefined ? {} : { headers: { authorization } });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="scim"');
    expect(JSON.parse(text)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '401',
      detail: 'The token is missing or wrong.',
    });
  });

  it('notes wrong tokens, and answers 429 when they go on', async () => {
    const other = await ADirectory.start();
    const statuses: number[] = [];
    for (let at = 0; at < 40; at++) {
      statuses.push((await other.ask('GET', 'Users', undefined, { authorization: 'Bearer wrong' })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect((await other.ask('GET', 'Users', undefined, { authorization: 'Bearer wrong' })).headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await other.ask('GET', 'Users')).status).toBe(200);
    expect(other.kernel.log.text).toContain('scim failed');
    await other.kernel.stop();
  });

  it('takes no token of fewer than 32 characters', async () => {
    await expect(directory.configure({ 'scim.authToken': 'short' })).rejects.toMatchObject({ code: 'SEXTANT_SITE_CONFIGURATION_INVALID' });
  });

  it.each([
    ['no JSON', 'POST', 'Users', '{', 400, 'invalidSyntax'],
    ['a list', 'POST', 'Users', '[]', 400, 'invalidSyntax'],
    ['no userName', 'POST', 'Users', '{}', 400, 'invalidValue'],
    ['a userName that is no text', 'POST', 'Users', '{"userName":{"a":1}}', 400, 'invalidValue'],
    ['a text with a NUL', 'POST', 'Users', '{"userName":"a\\u0000b"}', 400, 'invalidValue'],
    ['half a character', 'POST', 'Users', '{"userName":"a\\ud800b"}', 400, 'invalidValue'],
    ['truth as text', 'POST', 'Users', '{"userName":"a","active":"False"}', 400, 'invalidValue'],
    ['a malformed address', 'POST', 'Users', '{"userName":"a","emails":[{"value":"a b@c"}]}', 400, 'invalidValue'],
    ['a depth that nobody needs', 'POST', 'Users', `{"userName":"a","x":${'['.repeat(50)}${']'.repeat(50)}}`, 400, 'invalidValue'],
    ['a name with a line break', 'POST', 'Users', '{"userName":"a","displayName":"a\\nb"}', 400, 'invalidValue'],
    ['a group without a name', 'POST', 'Groups', '{"members":[]}', 400, 'invalidValue'],
    ['a group with a control character', 'POST', 'Groups', '{"displayName":"a\\u0007"}', 400, 'invalidValue'],
    ['an unfinished filter', 'GET', 'Users?filter=userName%20eq', undefined, 400, 'invalidFilter'],
    ['a filter of a thousand brackets', 'GET', `Users?filter=${'('.repeat(1000)}`, undefined, 400, 'invalidFilter'],
    ['a sort by nothing', 'GET', 'Users?sortBy=%5B', undefined, 400, 'invalidPath'],
    ['a count that is none', 'GET', 'Users?count=many', undefined, 400, 'invalidSyntax'],
    ['bulk', 'POST', 'Bulk', '{}', 501, undefined],
    ['oneself', 'GET', 'Me', undefined, 501, undefined],
    ['an unknown kind', 'GET', 'Devices', undefined, 404, undefined],
    ['what every object has', 'GET', 'constructor', undefined, 404, undefined],
    ['an unknown schema', 'GET', 'Schemas/urn:x', undefined, 404, undefined],
    ['a deep path', 'GET', 'Users/a/b', undefined, 404, undefined],
    ['a method that is not taken', 'DELETE', 'Users', undefined, 405, undefined],
  ])('refuses %s in its own words', async (_case, method, path, body, status, scimType) => {
    const answer = await directory.ask(method, path, body);
    expect(answer).toMatchObject({ status, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status) } });
    expect(at(answer.body, 'scimType')).toBe(scimType);
    expect(JSON.stringify(answer.body)).not.toMatch(/\.(?:js|ts):\d|at .* \(|node_modules/);
    expect(answer.headers.get('content-type')).toContain('application/scim+json');
  });

  it.each([
    ['an unknown operation', { op: 'move', path: 'title', value: 'x' }, 400, 'invalidSyntax'],
    ['no value', { op: 'add', path: 'title' }, 400, 'invalidValue'],
    ['the removal of nothing', { op: 'remove' }, 400, 'noTarget'],
    ['another id', { op: 'replace', path: 'id', value: 'x' }, 400, 'mutability'],
    ['groups of a user', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 400, 'mutability'],
    ['an address that is not there', { op: 'replace', path: 'emails[type eq "other"].value', value: 'a@example.com' }, 400, 'noTarget'],
    ['a broken path', { op: 'replace', path: 'emails[type eq', value: 'a' }, 400, 'invalidPath'],
    ['no userName any more', { op: 'remove', path: 'userName' }, 400, 'invalidValue'],
    ['a prototype', { op: 'add', path: '__proto__.polluted', value: 'yes' }, 400, 'invalidPath'],
  ])('does not patch %s', async (_case, operation, status, scimType) => {
    const { id } = await directory.made('Users', aPerson());
    const answer = await directory.patch(`Users/${id}`, operation);
    expect([answer.status, at(answer.body, 'scimType')]).toEqual([status, scimType]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('says what it offers', async () => {
    const { body } = await directory.ask('GET', 'ServiceProviderConfig');
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      etag: { supported: true },
      sort: { supported: true },
    });
    expect(at((await directory.ask('GET', 'ResourceTypes')).body, 'Resources.*.id')).toEqual(['User', 'Group']);
    expect(at((await directory.ask('GET', 'Schemas')).body, 'totalResults')).toBe(3);
  });

  it('stands in the audit log as the directory, with what it did', async () => {
    const { id } = await directory.made('Users', aPerson());
    await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: false });
    await directory.ask('DELETE', `Users/${id}`);
    const audits = directory.kernel.log.text.split('\n').filter((line) => line.includes(id) && line.includes('"audit"'));
    expect(audits.map((line) => at(JSON.parse(line), 'audit.change'))).toEqual(['created', 'deactivated', 'deleted']);
    expect(audits.every((line) => line.includes('"actorUID":"scim"'))).toBe(true);
  });
});

describe('who is deactivated', () => {
  it('comes in as nobody new by an address that the directory tells of them (row 24)', async () => {
    const { id } = await directory.made('Users', aPerson({ emails: [{ value: 'Ended@example.com' }] }));
    const refusals = async (address: string): Promise<unknown> =>
      Promise.all(directory.kernel.kernel.points.list(newcomerGates).map(({ value }) => value.refusal({ addresses: [address] })));
    expect(await refusals('ended@example.com')).toEqual([undefined]);
    await directory.patch(`Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect(await refusals('ended@EXAMPLE.com')).toEqual(['The directory has ended your account here.']);
    expect(await refusals('other@example.com')).toEqual([undefined]);
  });
});

describe('after a restart', () => {
  it('everything is as it was', async () => {
    const first = await ADirectory.start();
    const person = await first.made('Users', aPerson({ nickName: 'kept' }));
    const group = await first.made('Groups', { displayName: 'Kept', members: [{ value: person.id }] });
    const read = async (from: ADirectory): Promise<unknown> => [
      (await from.ask('GET', `Users/${person.id}?excludedAttributes=meta,groups.$ref`)).body,
      (await from.ask('GET', `Groups/${group.id}?excludedAttributes=meta,members.$ref`)).body,
    ];
    const before = await read(first);
    await first.kernel.kernel.stop();
    const again = await ADirectory.start({ databaseUrl: first.kernel.databaseUrl, dataDir: first.kernel.dataDir });
    expect(await read(again)).toEqual(before);
    await again.kernel.stop();
  });
});

describe('secrets', () => {
  let watch: LeakWatch;
  afterAll(() => watch?.[Symbol.asyncDispose]());

  it('stand in no answer, log line, trace or row (row 22)', async () => {
    watch = await LeakWatch.start([TOKEN, 'password-canary']);
    const watched = await ADirectory.start({ tracing: watch.tracing });
    const { id } = await watched.made('Users', aPerson({ password: 'password-canary' }));
    await watched.ask('PUT', `Users/${id}`, aPerson({ password: 'password-canary' }));
    await watched.ask('GET', 'Users', undefined, { authorization: `Basic ${TOKEN}` });
    const answers = [await watched.graphql('{site{configuration{effectiveContents}}}'), (await watched.ask('GET', 'Users')).body];
    expect(await watch.leaks(watched.kernel, answers)).toEqual([]);
    await watched.kernel.stop();
  });
});
