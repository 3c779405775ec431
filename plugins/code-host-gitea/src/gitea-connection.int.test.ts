import codeHost from '@sextant/plugin-code-host';
import { repositoriesChanged } from '@sextant/plugin-code-host/api';
import { STAYING_FAULTS } from '@sextant/plugin-code-host/testing';
import { core, z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeGitea } from './testing/fake-gitea.js';

const SECRET = 'hunter2-canary';
let gitea: FakeGitea;
let kernel: TestKernel;
let connectionId: string;

beforeAll(async () => {
  gitea = await FakeGitea.start([
    { id: 1, name: 'ana/anvil' },
    { id: 2, name: 'team/hammer', private: true },
    { id: 3, name: 'team/tongs', fork: true },
  ]);
  kernel = await startTestKernel({ plugins: [codeHost, manifest] });
  const config = `{ "url": ${JSON.stringify(gitea.url)}, "token": "${gitea.token}", // ours\n "exclude": [{ "forks": true }] }`;
  const { data, errors } = await kernel.graphql(
    'mutation($config: String!) { addExternalService(input: { kind: GITEA, displayName: "Forge", config: $config }) { id config } }',
    { config },
  );
  expect(errors).toEqual([]);
  expect(textAt(data, 'addExternalService.config')).toBe(config.replace(gitea.token, 'REDACTED'));
  connectionId = textAt(data, 'addExternalService.id');
  await kernel.jobs.drain();
});
afterAll(() => gitea[Symbol.asyncDispose]());

const names = async (): Promise<readonly string[]> => {
  const { data } = await kernel.graphql('{ repositories(first: 100) { nodes { name } } }');
  return z
    .array(z.string())
    .parse(at(data, 'repositories.nodes.*.name'))
    .map((name) => name.replace(/^[^/]*\//, ''));
};
const sync = async (): Promise<void> => {
  await kernel.graphql('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id: connectionId });
  await kernel.jobs.drain();
};
const state = async (): Promise<unknown> => {
  const query =
    'query($id: ID!) { node(id: $id) { ... on ExternalService { lastSyncError syncJobs(first: 1) { nodes { state failureMessage } } } } }';
  return at((await kernel.graphql(query, { id: connectionId })).data, 'node');
};

it('brings the repositories in, without those that are excluded', async () => {
  expect(await names()).toEqual(['ana/anvil', 'team/hammer']);
});

it.each(STAYING_FAULTS.filter((fault) => !['hang', 'trickle', 'limited', 'limited-without-time', 'limited-as-forbidden'].includes(fault)))(
  'deletes nothing by %s, and says in its history what was wrong (row 15)',
  async (fault) => {
    gitea.faults.next(fault);
    await sync();
    gitea.faults.clear();
    expect(await names()).toEqual(['ana/anvil', 'team/hammer']);
    expect(await state()).toMatchObject({ lastSyncError: expect.stringMatching(/\S/), syncJobs: { nodes: [{ state: 'FAILED' }] } });
  },
);

it('is told by its check what its token lacks, and what to do', async () => {
  const check =
    'query($id: ID!) { node(id: $id) { ... on ExternalService { checkConnection { __typename ... on ExternalServiceUnavailable { suspectedReason fix } } } } }';
  const answer = async () => at((await kernel.graphql(check, { id: connectionId })).data, 'node.checkConnection');
  expect(await answer()).toEqual({ __typename: 'ExternalServiceAvailable' });
  const scopes = gitea.tokens.get(gitea.token) ?? [];
  gitea.tokens.set(gitea.token, ['user']);
  expect(await answer()).toMatchObject({
    __typename: 'ExternalServiceUnavailable',
    suspectedReason: expect.stringContaining('The token lacks the scope read:repository.'),
    fix: expect.stringContaining('read:repository'),
  });
  gitea.tokens.set(gitea.token, scopes);
});

it('follows a rename, and deletes what the server has no more', async () => {
  gitea.rename(1, 'team/anvil');
  gitea.repositories = gitea.repositories.filter(({ id }) => id !== 2);
  await sync();
  expect(await state()).toMatchObject({ lastSyncError: null });
  expect(await names()).toEqual(['team/anvil']);
});

it('has a repository fetched when the server tells of a push, and lists again when it tells of a new one', async () => {
  const pushed: (readonly number[])[] = [];
  kernel
    .service(core.events, 'code-host')
    .subscribe(repositoriesChanged, ({ ids, reason }) => void (reason === 'pushed' && pushed.push(ids)));
  const { data } = await kernel.graphql(
    'mutation($urn: String!, $secret: String) { createWebhook(name: "Forge", codeHostKind: "GITEA", codeHostURN: $urn, secret: $secret) { url } }',
    { urn: gitea.url, secret: SECRET },
  );
  const path = new URL(textAt(data, 'createWebhook.url')).pathname;
  const deliver = async (event: string, payload: object): Promise<number> =>
    (await kernel.fetch(path, { method: 'POST', ...gitea.delivery(event, payload, SECRET) })).status;
  expect(await deliver('push', { ref: 'refs/heads/main', repository: { id: 1 } })).toBe(200);
  await expect.poll(() => pushed.length).toBe(1);
  gitea.repositories.push({ id: 9, name: 'ana/new' });
  expect(await deliver('repository', { action: 'created', repository: { id: 9 } })).toBe(200);
  await kernel.jobs.drain();
  expect(await names()).toEqual(['ana/new', 'team/anvil']);
});

it('shows its token nowhere (row 22)', async () => {
  const { data } = await kernel.graphql(
    '{ externalServices { nodes { config lastSyncError } } outboundRequests { nodes { url requestHeaders { name values } errorMessage } } webhookLogs { nodes { request { body headers { name values } } } } }',
  );
  expect(JSON.stringify(data)).not.toContain(gitea.token);
  expect(JSON.stringify(data)).not.toContain(SECRET);
  expect(kernel.log.text).not.toContain(gitea.token);
  expect(kernel.log.text).not.toContain(SECRET);
});
