import identity from '@sextant/plugin-identity';
import { Administration, SigningSite } from '@sextant/plugin-identity/testing';
import notifications from '@sextant/plugin-notifications';
import signIn from '@sextant/plugin-sign-in';
import site from '@sextant/plugin-site';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeRoster } from './fake/fake-roster.js';
import manifest from './manifest.js';

let kernel: TestKernel;
let roster: FakeRoster;
let signing: SigningSite;
let token: string;
const entry = (more: object = {}): object => ({
  type: 'roster',
  configID: 'hq',
  url: roster.url,
  client: 'sextant',
  clientSecret: roster.secret,
  allowSignup: true,
  ...more,
});

beforeAll(async () => {
  roster = await FakeRoster.start();
  kernel = await startTestKernel({ plugins: [identity, notifications, site, signIn, manifest] });
  token = await new Administration(() => kernel).ownToken();
  signing = await SigningSite.open(kernel, token, [entry({ groups: [{ group: 'platform', siteAdmin: true }] })]);
});
afterAll(() => roster[Symbol.asyncDispose]());

it('lets people of the directory in, with their departments as groups, and what these give', async () => {
  expect((await signing.signIn('roster', 'hq', () => ({ login: 'ana' }))).username).toBe('ana');
  const query = '{ user(username: "ana") { displayName siteAdmin emails { email verified } groups { source group } } }';
  const { data } = await kernel.graphql(query, {}, { token });
  expect(at(data, 'user')).toEqual({
    displayName: 'Ana',
    siteAdmin: true,
    emails: [{ email: 'ana@example.com', verified: true }],
    groups: ['platform', 'tools'].map((group) => ({ source: 'provider:hq', group })),
  });
});

it('tells who may not come in why, and the log no secret', async () => {
  await signing.configure([entry({ allowDepartments: ['platform'] })]);
  await expect(signing.signIn('roster', 'hq', () => ({ login: 'ben' }))).rejects.toThrow('Only people of platform may come in.');
  expect(kernel.log.text).not.toContain(roster.secret);
});
