import identity from '@sextant/plugin-identity';
import { userCreated } from '@sextant/plugin-identity/api';
import site from '@sextant/plugin-site';
import { core, type Storage } from '@sextant/sdk';
import { at, LeakWatch, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebhookTeller } from './delivery/tell-webhooks.js';
import manifest from './manifest.js';
import { DeliveryStore } from './storage/delivery-store.js';
import { WebhookStore } from './storage/webhook-store.js';
import { AReceiver } from './testing/a-receiver.js';

const SECRET = 'hunter2-canary';
const eventually = { timeout: 20_000, interval: 50 };
let kernel: TestKernel;
let watch: LeakWatch;
let db: Storage;
let receiver: AReceiver;

beforeAll(async () => {
  watch = await LeakWatch.start([SECRET, 'path-canary']);
  kernel = await startTestKernel({
    plugins: [identity, site, manifest],
    config: {
      tracing: watch.tracing,
      outbound: { allow: ['127.0.0.1'] },
      plugins: { 'outbound-webhooks': { retryDelay: '1s', maxAttempts: 2 } },
    },
  });
  db = kernel.service(core.storage, 'outbound-webhooks');
});
beforeEach(async () => {
  await db.query('TRUNCATE webhooks CASCADE');
  receiver = await AReceiver.start();
});
afterEach(() => receiver[Symbol.asyncDispose]());
afterAll(async () => {
  for (const one of [receiver, watch]) await one?.[Symbol.asyncDispose]();
});

const ask = async (query: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await kernel.graphql(query, variables);
  return { data, codes: errors.map(({ extensions }) => extensions['code']) };
};
const FIELDS = 'id url eventTypes { eventType scope } failingSince disabledAt stats { total errored }';
const create = (input: object = {}) =>
  ask(`mutation($input: OutboundWebhookCreateInput!) { createOutboundWebhook(input: $input) { ${FIELDS} } }`, {
    input: { url: receiver.url, secret: SECRET, eventTypes: [{ eventType: 'user:create' }], ...input },
  });
const created = async (input: object = {}): Promise<string> => textAt((await create(input)).data, 'createOutboundWebhook.id');
const logs = async (id: string) =>
  at(
    (
      await ask(
        'query($id: ID!) { node(id: $id) { ... on OutboundWebhook { logs { totalCount nodes { statusCode error job { id eventType payload } request { url body headers { name values } } response { body } } } stats { total errored } disabledAt } } }',
        { id },
      )
    ).data,
    'node',
  );
let people = 0;
const aPerson = async (): Promise<string> => {
  const username = `person-${++people}`;
  expect((await ask(`mutation { createUser(username: "${username}") { user { id } } }`)).codes).toEqual([]);
  return username;
};

describe('an outgoing webhook', () => {
  it('is told of what it asked for, once, and the log shows what was sent and answered', async () => {
    const id = await created();
    const username = await aPerson();
    await expect.poll(() => receiver.received.length, eventually).toBe(1);
    expect(JSON.parse(receiver.received[0]!.body)).toEqual({
      event: 'user:create',
      occurredAt: expect.any(String),
      user: { id: expect.any(String), username },
    });
    await expect
      .poll(() => logs(id), eventually)
      .toMatchObject({
        stats: { total: 1, errored: 0 },
        logs: {
          totalCount: 1,
          nodes: [
            {
              statusCode: 200,
              error: null,
              job: { eventType: 'user:create', payload: receiver.received[0]!.body },
              request: { url: receiver.url, body: receiver.received[0]!.body },
              response: { body: 'thanks' },
            },
          ],
        },
      });
  });

  it('is sent the same delivery again when the receiver fails, with the same number', async () => {
    const id = await created();
    let failed = false;
    receiver.answer = (response) => {
      response.writeHead(failed ? 204 : 503).end();
      failed = true;
    };
    await aPerson();
    await expect.poll(() => receiver.received.length, eventually).toBe(2);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-sextant-delivery'])).size).toBe(1);
    await expect.poll(() => logs(id), eventually).toMatchObject({ stats: { total: 2, errored: 1 } });
  });

  it('can be tried at once, and says how it went', async () => {
    const id = await created();
    const test = 'mutation($id: ID!) { testOutboundWebhook(id: $id) { statusCode error job { eventType } response { body } } }';
    expect((await ask(test, { id })).data).toEqual({
      testOutboundWebhook: { statusCode: 200, error: null, job: { eventType: 'test:ping' }, response: { body: 'thanks' } },
    });
    receiver.answer = (response) => void response.writeHead(500).end('broken');
    expect((await ask(test, { id })).data).toMatchObject({ testOutboundWebhook: { statusCode: 500, response: { body: 'broken' } } });
  });

  it('is listed, changed and deleted, and never shows its secret', async () => {
    const id = await created({ eventTypes: [{ eventType: 'user:create', scope: 'x' }] });
    const updated = await ask(
      `mutation($id: ID!, $input: OutboundWebhookUpdateInput!) { updateOutboundWebhook(id: $id, input: $input) { ${FIELDS} } }`,
      { id, input: { eventTypes: [{ eventType: 'user:create' }, { eventType: 'user:create' }] } },
    );
    expect(updated.data).toMatchObject({
      updateOutboundWebhook: { url: receiver.url, eventTypes: [{ eventType: 'user:create', scope: null }] },
    });
    const { data } = await ask(
      `{ outboundWebhooks(eventType: "user:create") { totalCount nodes { ${FIELDS} } } outboundWebhookEventTypes { key description } }`,
    );
    expect(data).toMatchObject({
      outboundWebhooks: { totalCount: 1, nodes: [{ id }] },
      outboundWebhookEventTypes: [{ key: 'user:create', description: 'A user account was created.' }],
    });
    expect((await ask('mutation($id: ID!) { deleteOutboundWebhook(id: $id) { alwaysNil } }', { id })).codes).toEqual([]);
    expect((await ask('mutation($id: ID!) { deleteOutboundWebhook(id: $id) { alwaysNil } }', { id })).codes).toEqual([
      'SEXTANT_OUTBOUND_WEBHOOK_NOT_FOUND',
    ]);
  });

  it.each<[what: string, input: object]>([
    ['an address that is none', { url: 'ftp://x' }],
    ['an address with a password', { url: 'http://a:b@x.example.com' }],
    ['a short secret', { secret: 'short' }],
    ['no event types', { eventTypes: [] }],
    ['an event type that nobody knows', { eventTypes: [{ eventType: 'moon:rise' }] }],
  ])('is refused with %s', async (_what, input) => {
    expect((await create(input)).codes).toEqual(['SEXTANT_OUTBOUND_WEBHOOK_INVALID']);
  });
});

describe('what a webhook is told', () => {
  const store = (): DeliveryStore => new DeliveryStore(db);

  it('is written down once over all processes that hear of it', async () => {
    await created();
    const now = new Date();
    expect(await store().add('notice/1', 'user:create', { body: {} }, now)).toHaveLength(1);
    expect(await store().add('notice/1', 'user:create', { body: {} }, now)).toEqual([]);
    expect(await store().add('notice/2', 'user:create', { body: {} }, now)).toHaveLength(1);
  });

  it('is of its scope alone, whatever the case of letters', async () => {
    await created({ eventTypes: [{ eventType: 'user:create', scope: 'Host/App' }] });
    expect(await store().add('a', 'user:create', { scope: 'host/app', body: {} }, new Date())).toHaveLength(1);
    expect(await store().add('b', 'user:create', { scope: 'host/other', body: {} }, new Date())).toEqual([]);
    expect(await store().add('c', 'user:create', { body: {} }, new Date())).toEqual([]);
  });

  it('is cut to what may be told, and a key that another plugin has is refused', async () => {
    await created();
    const rejected: string[] = [];
    const heard: ((payload: never, notice: { id: string }) => void)[] = [];
    const type = (key: string, size: number) => ({
      plugin: key,
      value: { key, description: 'x', event: userCreated, events: () => [{ body: { text: 'x'.repeat(size) } }, { body: {} }] },
      reject: (reason: string) => void rejected.push(reason),
    });
    using _teller = new WebhookTeller({
      db,
      events: {
        subscribe: (_event, listener) => {
          heard.push(listener as never);
          return { [Symbol.dispose]: () => undefined };
        },
      },
      jobs: { enqueueMany: async () => undefined },
      types: [type('user:create', 17 * 1024), type('user:create', 1), type('User', 1)],
      now: () => new Date(),
      log: kernel.service(core.log, 'outbound-webhooks'),
    });
    expect(rejected).toEqual(['The event type user:create is already there.', '"User" is not the key of an event type: write noun:verb.']);
    await heard[0]!({} as never, { id: 'n' });
    expect(await db.query('SELECT notice FROM deliveries')).toEqual([{ notice: 'n/user:create/0' }]);
  });

  it('is no more while very much waits for the receiver, and the doctor says so', async () => {
    await created();
    await db.query(
      `INSERT INTO deliveries (uuid, webhook_id, notice, event_type, payload) SELECT gen_random_uuid(), w.id, n::text, 'user:create', '{}' FROM webhooks w, generate_series(1, 9999) n`,
    );
    expect(await store().add('last', 'user:create', { body: {} }, new Date())).toHaveLength(1);
    expect(await store().add('none', 'user:create', { body: {} }, new Date())).toEqual([]);
    expect((await ask('{ doctor { check level what } }')).data).toMatchObject({
      doctor: expect.arrayContaining([
        {
          check: 'receivers',
          level: 'WARNING',
          what: expect.stringMatching(/^10000 deliveries wait for the outgoing webhook \d+ to 127\.0\.0\.1/),
        },
      ]),
    });
  });

  it('is forgotten after a while', async () => {
    await created();
    await store().add('old', 'user:create', { body: {} }, new Date());
    await db.query(`UPDATE deliveries SET created_at = now() - interval '2 hours'`);
    await store().trim(3_600_000);
    expect(await db.query('SELECT 1 FROM deliveries')).toEqual([]);
  });
});

it('a webhook of which nothing arrives for days is switched off, and on again by an update', async () => {
  const id = await created();
  const webhooks = new WebhookStore(db, kernel.service(core.secrets, 'outbound-webhooks'), () => ['user:create']);
  const [{ id: number }] = (await db.query<{ id: number }>('SELECT id FROM webhooks')) as [{ id: number }];
  expect(await webhooks.fails(number, 3_600_000)).toBe(false);
  expect(await webhooks.fails(number, 3_600_000)).toBe(false);
  await db.query(`UPDATE webhooks SET failing_since = now() - interval '2 hours'`);
  expect(await webhooks.fails(number, 3_600_000)).toBe(true);
  expect(await new DeliveryStore(db).add('x', 'user:create', { body: {} }, new Date())).toEqual([]);
  expect((await ask('{ doctor { plugin level code } }')).data).toMatchObject({
    doctor: expect.arrayContaining([{ plugin: 'outbound-webhooks', level: 'ERROR', code: 'SEXTANT_OUTBOUND_WEBHOOK_DISABLED' }]),
  });
  await ask('mutation($id: ID!) { updateOutboundWebhook(id: $id, input: {}) { id } }', { id });
  expect(await webhooks.find(number)).toMatchObject({ disabledAt: undefined, failingSince: undefined });
});

it('leaves its secret and its address in no table, log, file or trace as they are (row 22)', async () => {
  await created();
  await aPerson();
  await expect.poll(() => receiver.received.length, eventually).toBe(1);
  await kernel.jobs.drain();
  expect(await watch.leaks(kernel)).toEqual([]);
});
