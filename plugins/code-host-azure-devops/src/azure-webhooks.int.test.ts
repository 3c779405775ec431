import codeHost from '@sextant/plugin-code-host';
import { repositoriesChanged } from '@sextant/plugin-code-host/api';
import identity from '@sextant/plugin-identity';
import { core } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeAzureDevops, guidOf } from './testing/fake-azure-devops.js';

const SECRET = 'hunter2-canary';
let azure: FakeAzureDevops;
let kernel: TestKernel;
let path: string;
const pushed: (readonly number[])[] = [];

beforeAll(async () => {
  azure = await FakeAzureDevops.start([{ id: 1, name: 'acme/Forge/anvil' }]);
  kernel = await startTestKernel({ plugins: [identity, codeHost, manifest] });
  kernel
    .service(core.events, 'code-host')
    .subscribe(repositoriesChanged, ({ ids, reason }) => void (reason === 'pushed' && pushed.push(ids)));
  await kernel.graphql(
    'mutation($config: String!) { addExternalService(input: { kind: AZUREDEVOPS, displayName: "Azure", config: $config }) { id } }',
    { config: JSON.stringify({ url: azure.url, token: azure.token, orgs: ['acme'] }) },
  );
  await kernel.jobs.drain();
  const { data } = await kernel.graphql(
    'mutation($urn: String!, $secret: String) { createWebhook(name: "Azure", codeHostKind: "AZUREDEVOPS", codeHostURN: $urn, secret: $secret) { url } }',
    { urn: azure.url, secret: SECRET },
  );
  path = new URL(textAt(data, 'createWebhook.url')).pathname;
}, 60_000);
afterAll(() => azure[Symbol.asyncDispose]());

const PUSH = { repository: { id: guidOf(1) }, refUpdates: [] };
const deliver = async (body: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  (await kernel.fetch(path, { method: 'POST', body, headers })).status;

it('a service hook proves itself by the password it was given, names its event in its body, and is taken once', async () => {
  const { body, headers } = azure.delivery('git.push', PUSH, SECRET);
  expect(await deliver(body, headers)).toBe(200);
  await expect.poll(() => pushed.length).toBe(1);
  expect(await deliver(body, headers)).toBe(200);
  const { data } = await kernel.graphql('{ webhookLogs { nodes { statusCode } } }');
  expect(at(data, 'webhookLogs.nodes.*.statusCode')).toEqual([200]);
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
it.each<[string, Record<string, string>]>([
  ['no credentials', {}],
  ['another password', { authorization: basic('sextant:wrong') }],
  ['an empty password', { authorization: basic('sextant:') }],
  ['the secret as the user', { authorization: basic(`${SECRET}:`) }],
  ['the secret without a user and a colon', { authorization: basic(SECRET) }],
  ['the secret as it is', { authorization: SECRET }],
  ['the secret of another scheme', { authorization: `Bearer ${SECRET}` }],
])('a service hook with %s is refused (row 19)', async (_what, headers) => {
  const { body } = azure.delivery('git.push', PUSH, SECRET);
  expect(await deliver(body, { 'content-type': 'application/json', ...headers })).toBe(401);
});

it('shows its secret and its token nowhere (row 22)', async () => {
  const { data } = await kernel.graphql(
    '{ externalServices { nodes { config lastSyncError } } outboundRequests { nodes { url requestHeaders { name values } } } webhookLogs { nodes { request { body headers { name values } } } } }',
  );
  for (const secret of [SECRET, azure.token, basic(`sextant:${SECRET}`), basic(`:${azure.token}`)]) {
    expect(JSON.stringify(data)).not.toContain(secret.replace('Basic ', ''));
    expect(kernel.log.text).not.toContain(secret.replace('Basic ', ''));
  }
});
