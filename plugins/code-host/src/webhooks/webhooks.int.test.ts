import { createHmac, randomUUID } from 'node:crypto';
import { core, definePart, definePlugin, z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { codeHostKinds, permissionsOutdated, pullRequestChanged, repositoriesChanged } from '../api.js';
import manifest from '../manifest.js';
import { syncConnection, trimWebhookLog } from '../sync/jobs.js';
import { FakeHost, found } from '../testing/fakes.js';

const SECRET = 'hunter2-canary';
const HOST = 'https://fake.example.com';

const payload = z.object({ repo: z.string(), number: z.number().optional(), url: z.string().optional() });
/** A host that signs as most do. */
class TellingHost extends FakeHost {
  readonly webhooks = {
    proof: { scheme: 'hmac-sha256', header: 'x-fake-signature', prefix: 'sha256=' },
    deliveryHeader: 'x-fake-delivery',
    eventHeader: 'x-fake-event',
    events: ({ event, body }: { readonly event: string; readonly body: unknown }) => {
      if (event === 'ping') return [];
      const { repo: repository, number = 0 } = payload.parse(body);
      if (event === 'pull') return [{ type: 'pull-request', repository, number }] as const;
      if (event === 'member') return [{ type: 'membership', repository, accounts: ['7'] }] as const;
      return event === 'push' ? ([{ type: 'push', repository }] as const) : ([{ type: 'repository', repository }] as const);
    },
  } as const;
}

const host = new TellingHost();
const silent = new FakeHost('SILENT');
const telling = definePlugin({
  id: 'code-host-telling',
  version: '1.0.0',
  title: 'Telling',
  summary: 'x',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps: {},
        register(r) {
          r.contribute(codeHostKinds, () => host);
          r.contribute(codeHostKinds, () => silent);
        },
      }),
    }),
  },
});

let kernel: TestKernel;
let address: string;
let webhookId: string;
const heard: { readonly what: string; readonly payload: unknown }[] = [];

const CREATE = `mutation($kind: String!, $urn: String!, $secret: String) { createWebhook(name: "Fake", codeHostKind: $kind, codeHostURN: $urn, secret: $secret) { id uuid url secret codeHostKind codeHostURN } }`;
const sign = (body: string, secret = SECRET): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
async function deliver(event: string, body: string, headers: Record<string, string> = {}, to = address): Promise<number> {
  const response = await kernel.fetch(to, {
    method: 'POST',
    body,
    headers: { 'x-fake-event': event, 'x-fake-delivery': randomUUID(), 'x-fake-signature': sign(body), ...headers },
  });
  return response.status;
}
const logs = async (arguments_ = ''): Promise<unknown> =>
  (
    await kernel.graphql(
      `query($id: ID) { webhookLogs(first: 100, webhookID: $id ${arguments_}) { totalCount nodes { id statusCode eventType request { headers { name values } body } response { body } } } }`,
      { id: webhookId },
    )
  ).data;
const idOf = async (name: string): Promise<number> => {
  const { data } = await kernel.graphql(`{ repository(name: "${name}") { id } }`);
  return Number(Buffer.from(textAt(data, 'repository.id'), 'base64').toString().split(':')[1]);
};

beforeAll(async () => {
  host.lists.set('Ours', [found('1', 'team/first'), found('2', 'team/second')]);
  kernel = await startTestKernel({
    plugins: [manifest, telling],
    config: {
      plugins: {
        'code-host': {
          connections: [
            { kind: 'OTHER', displayName: 'Ours', config: { url: HOST } },
            { kind: 'SILENT', displayName: 'Silent', config: {} },
          ],
        },
      },
    },
  });
  await kernel.jobs.drain();
  const { data, errors } = await kernel.graphql(CREATE, { kind: 'OTHER', urn: `${HOST}`, secret: SECRET });
  expect(errors).toEqual([]);
  webhookId = textAt(data, 'createWebhook.id');
  address = new URL(textAt(data, 'createWebhook.url')).pathname;
  const events = kernel.service(core.events, 'code-host');
  events.subscribe(repositoriesChanged, (payload) => void heard.push({ what: `repositories ${payload.reason}`, payload }));
  events.subscribe(pullRequestChanged, (payload) => void heard.push({ what: 'pull request', payload }));
  events.subscribe(permissionsOutdated, (payload) => void heard.push({ what: 'permissions', payload }));
});

describe('a webhook', () => {
  it('is made for a host that a connection is to, and never shows its secret', async () => {
    expect(address).toMatch(/^\/\.api\/webhooks\/[0-9a-f-]{36}$/);
    const { data } = await kernel.graphql('{ webhooks { totalCount nodes { secret codeHostKind codeHostURN name } } }');
    expect(at(data, 'webhooks')).toEqual({
      totalCount: 1,
      nodes: [{ secret: 'REDACTED', codeHostKind: 'OTHER', codeHostURN: HOST, name: 'Fake' }],
    });
  });

  it.each([
    ['no secret', { kind: 'OTHER', urn: HOST, secret: '' }, 'fewer than 8'],
    ['a secret that is missing', { kind: 'OTHER', urn: HOST }, 'fewer than 8'],
    ['another host', { kind: 'OTHER', urn: 'https://evil.example.com', secret: SECRET }, 'No connection'],
    ['a kind without webhooks', { kind: 'SILENT', urn: HOST, secret: SECRET }, 'has no webhooks'],
  ])('is not made with %s (row 19)', async (_what, variables, why) => {
    const { errors } = await kernel.graphql(CREATE, variables);
    expect(errors[0]).toMatchObject({ message: expect.stringContaining(why), extensions: { code: 'SEXTANT_CODE_HOST_WEBHOOK_INVALID' } });
  });

  it('is changed and deleted', async () => {
    const { data } = await kernel.graphql(CREATE, { kind: 'OTHER', urn: HOST, secret: SECRET });
    const id = textAt(data, 'createWebhook.id');
    const path = new URL(textAt(data, 'createWebhook.url')).pathname;
    await kernel.graphql('mutation($id: ID!) { updateWebhook(id: $id, name: "New", secret: "another-secret") { name } }', { id });
    expect(await deliver('ping', '{}', {}, path)).toBe(401);
    expect(await deliver('ping', '{}', { 'x-fake-signature': sign('{}', 'another-secret') }, path)).toBe(200);
    expect(at((await kernel.graphql('query($id: ID!) { node(id: $id) { ... on Webhook { name } } }', { id })).data, 'node.name')).toBe(
      'New',
    );
    await kernel.graphql('mutation($id: ID!) { deleteWebhook(id: $id) { alwaysNil } }', { id });
    expect(await deliver('ping', '{}', {}, path)).toBe(404);
  });
});

describe('a delivery', () => {
  it('of a push has the repository fetched before others', async () => {
    expect(await deliver('push', '{"repo":"1"}')).toBe(200);
    await expect
      .poll(() => heard)
      .toContainEqual({ what: 'repositories pushed', payload: { ids: [await idOf('team/first')], reason: 'pushed' } });
  });

  it('of another event is told to who asks for it', async () => {
    await deliver('pull', '{"repo":"2","number":12}');
    await deliver('member', '{"repo":"2"}');
    const repositoryId = await idOf('team/second');
    await expect.poll(() => heard).toContainEqual({ what: 'pull request', payload: { repositoryId, number: 12 } });
    await expect
      .poll(() => heard)
      .toContainEqual({
        what: 'permissions',
        payload: { serviceType: 'other', serviceId: HOST, repositoryIds: [repositoryId], accounts: ['7'] },
      });
  });

  it('of a repository that changed, or that nobody knows, has its host listed again', async () => {
    const syncs = async (): Promise<number> =>
      (await kernel.service(core.jobs, 'code-host').list({ job: syncConnection, limit: 100 })).length;
    for (const [event, body] of [
      ['renamed', '{"repo":"1"}'],
      ['push', '{"repo":"new"}'],
    ] as const) {
      const before = await syncs();
      expect(await deliver(event, body)).toBe(200);
      expect(await syncs()).toBeGreaterThan(before);
      await kernel.jobs.drain();
    }
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['no signature', { 'x-fake-signature': '' }],
    ['a wrong signature', { 'x-fake-signature': sign('{"repo":"1"}', 'wrong-secret') }],
    ['the signature of other bytes', { 'x-fake-signature': sign('{"repo": "1"}') }],
    ['a sha1 signature', { 'x-fake-signature': `sha1=${createHmac('sha1', SECRET).update('{"repo":"1"}').digest('hex')}` }],
    ['the signature of an empty secret', { 'x-fake-signature': sign('{"repo":"1"}', '') }],
    ['a truncated signature', { 'x-fake-signature': sign('{"repo":"1"}').slice(0, 30) }],
    ['a signature without its prefix', { 'x-fake-signature': sign('{"repo":"1"}').slice(7) }],
  ])('with %s is refused (row 19)', async (_what, headers) => {
    const before = heard.length;
    expect(await deliver('push', '{"repo":"1"}', headers as Record<string, string>)).toBe(401);
    expect(heard).toHaveLength(before);
  });

  it('that comes twice is done once (row 19)', async () => {
    const number = randomUUID();
    const pulls = (): number => heard.filter(({ payload }) => (payload as { number?: number }).number === 77).length;
    for (let time = 0; time < 3; time++) expect(await deliver('pull', '{"repo":"1","number":77}', { 'x-fake-delivery': number })).toBe(200);
    await deliver('pull', '{"repo":"1","number":78}');
    await expect.poll(() => heard.some(({ payload }) => (payload as { number?: number }).number === 78)).toBe(true);
    expect(pulls()).toBe(1);
  });

  it('of 25 MB is too large (row 19)', async () => {
    expect(await deliver('push', JSON.stringify({ repo: '1', filling: 'x'.repeat(25_000_000) }))).toBe(413);
  });

  it.each([
    ['no JSON', 'push', '{"repo":'],
    ['another shape', 'push', '{"other":1}'],
  ])('with %s is a malformed one, which is kept', async (_what, event, body) => {
    expect(await deliver(event, body)).toBe(400);
    expect(at(await logs('onlyErrors: true'), 'webhookLogs.nodes.0')).toMatchObject({ statusCode: 400, eventType: event });
  });

  it('that names another address leads nowhere (row 20)', async () => {
    await deliver('push', '{"repo":"https://evil.example.com/team/first","url":"https://evil.example.com"}');
    const { data } = await kernel.graphql('{ outboundRequests { totalCount } }');
    expect(at(data, 'outboundRequests.totalCount')).toBe(0);
  });

  it('is nowhere but at a webhook’s address', async () => {
    expect(await deliver('push', '{}', {}, `/.api/webhooks/${randomUUID()}`)).toBe(404);
    expect(await deliver('push', '{}', {}, '/.api/webhooks/1')).toBe(404);
  });
});

describe('the log', () => {
  it('shows what came and what was made of it, without what proves a delivery', async () => {
    await deliver('ping', '{"zen":1}', { authorization: `Bearer ${SECRET}` });
    const data = await logs();
    expect(at(data, 'webhookLogs.nodes.0')).toMatchObject({
      statusCode: 200,
      eventType: 'ping',
      request: { body: '{"zen":1}' },
      response: { body: expect.stringContaining('Nothing') },
    });
    expect(at(data, 'webhookLogs.nodes.0.request.headers')).toContainEqual({ name: 'x-fake-signature', values: ['REDACTED'] });
    expect(JSON.stringify(data)).not.toContain(SECRET);
    expect(kernel.log.text).not.toContain(SECRET);
  });

  it('does a delivery again when an admin wishes', async () => {
    await deliver('pull', '{"repo":"1","number":99}');
    const nines = (): number => heard.filter(({ payload }) => (payload as { number?: number }).number === 99).length;
    await expect.poll(nines).toBe(1);
    const id = textAt(await logs(), 'webhookLogs.nodes.0.id');
    const { data, errors } = await kernel.graphql('mutation($id: ID!) { replayWebhookLog(id: $id) { statusCode } }', { id });
    expect([at(data, 'replayWebhookLog.statusCode'), errors]).toEqual([200, []]);
    await expect.poll(nines).toBe(2);
  });

  it('holds a flood of refused deliveries off', async () => {
    for (let refused = 0; refused < 60; refused++) await deliver('flood', '{}', { 'x-fake-signature': 'x' });
    const entries = at(await logs('onlyErrors: true'), 'webhookLogs.nodes.*.eventType') as readonly string[];
    expect(entries.filter((event) => event === 'flood').length).toBeLessThanOrEqual(31);
  });

  it('forgets what is older than its retention', async () => {
    await deliver('ping', '{}');
    await kernel.service(core.storage, 'code-host').query(`UPDATE webhook_deliveries SET received_at = now() - interval '73 hours'`);
    await kernel.jobs.enqueue(trimWebhookLog, {});
    await kernel.jobs.drain();
    expect(at(await logs(), 'webhookLogs.totalCount')).toBe(0);
  });
});
