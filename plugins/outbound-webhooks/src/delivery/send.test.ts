import { createHmac } from 'node:crypto';
import { Secret } from '@sextant/sdk';
import { inMemoryServices } from '@sextant/sdk/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Delivery } from '../storage/delivery-store.js';
import { AReceiver } from '../testing/a-receiver.js';
import { send } from './send.js';

const SECRET = 'hunter2-canary';
const delivery: Delivery = {
  id: 7,
  uuid: '6f1c7d3e-0000-4000-8000-000000000000',
  webhookId: 1,
  eventType: 'user:create',
  scope: undefined,
  payload: '{"event":"user:create","user":{"username":"zoë"}}',
  state: 'queued',
  attempts: 0,
};
let receiver: AReceiver;
beforeEach(async () => {
  receiver = await AReceiver.start();
});
afterEach(() => receiver[Symbol.asyncDispose]());

const sent = (
  options: { readonly allow?: readonly string[]; readonly url?: string; readonly timeout?: number; readonly signal?: AbortSignal } = {},
) => {
  const { http, clock } = inMemoryServices({ allow: options.allow ?? ['127.0.0.1'] });
  const to = { url: options.url ?? receiver.url, secret: new Secret(SECRET), timeout: options.timeout ?? 5_000 };
  return send(delivery, to, { http, clock, signal: options.signal ?? new AbortController().signal });
};

it('sends the payload to the byte, with its type, its number, and the code of the bytes under the secret', async () => {
  const attempt = await sent();
  const [{ headers, body }] = receiver.received as [AReceiver['received'][0]];
  expect(body).toBe(delivery.payload);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-sourcegraph-webhook-event-type': 'user:create',
    'x-sourcegraph-webhook-signature': createHmac('sha256', SECRET).update(Buffer.from(delivery.payload)).digest('hex'),
    'idempotency-key': delivery.uuid,
    'x-sextant-delivery': delivery.uuid,
  });
  expect(attempt).toMatchObject({ statusCode: 200, error: undefined, responseBody: 'thanks' });
  expect(attempt.requestHeaders['x-sourcegraph-webhook-signature']).toBe('REDACTED');
});

it.each<[what: string, url: string | undefined, allow: readonly string[]]>([
  ['an address inside, as the configuration allows none', undefined, []],
  ['the metadata of a cloud, whatever the configuration allows', 'http://169.254.169.254/latest/meta-data', ['169.254.0.0/16']],
  ['an IPv6 address that is an IPv4 one', 'http://[::ffff:127.0.0.1]:9/', []],
  ['an address in another spelling', 'http://0x7f.1:9/', []],
])('sends nothing to %s (row 21)', async (_what, url, allow) => {
  expect(await sent({ allow, ...(url ? { url } : {}) })).toMatchObject({
    statusCode: 0,
    error: expect.stringMatching(/^SEXTANT_OUTBOUND_ADDRESS: /),
  });
  expect(receiver.received).toEqual([]);
});

it('follows no redirect, wherever it leads', async () => {
  receiver.answer = (response) => void response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
  const attempt = await sent();
  expect(attempt).toMatchObject({ statusCode: 307, error: expect.stringContaining('Redirects are not followed.'), isWorthRetrying: true });
  expect(receiver.received).toHaveLength(1);
});

it('gives up on a receiver that does not answer in time', async () => {
  receiver.answer = () => undefined;
  expect(await sent({ timeout: 50 })).toMatchObject({ statusCode: 0, error: expect.stringMatching(/^SEXTANT_OUTBOUND_FAILED: .*50 ms/) });
});

it('keeps the beginning of an answer without end, and takes the delivery for made', async () => {
  receiver.answer = (response) => {
    const more = (): void => {
      while (response.write('x'.repeat(64 * 1024)));
    };
    response.on('drain', more);
    more();
  };
  const attempt = await sent();
  expect(attempt.error).toBeUndefined();
  expect(attempt.responseBody).toHaveLength(16 * 1024);
});

it('takes a delivery for made whose answer breaks off', async () => {
  receiver.answer = (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    setImmediate(() => response.destroy());
  };
  expect((await sent()).error).toBeUndefined();
});

it('keeps neither the secret nor unusual headers nor control characters of an answer', async () => {
  receiver.answer = (response) => void response.writeHead(500, { 'set-cookie': 'session=abc', server: 'x' }).end(`no: ${SECRET}\u001b[2J`);
  const attempt = await sent();
  expect(attempt).toMatchObject({
    statusCode: 500,
    responseBody: 'no: [secret][2J',
    responseHeaders: { 'set-cookie': 'REDACTED', server: 'x' },
  });
});

it('heeds what the receiver says of the next try: later, or never', async () => {
  receiver.answer = (response) => void response.writeHead(503, { 'retry-after': '120' }).end();
  expect(await sent()).toMatchObject({ isWorthRetrying: true, retryAfter: 120_000 });
  receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '999999999' }).end();
  expect(await sent()).toMatchObject({ retryAfter: 3_600_000 });
  receiver.answer = (response) => void response.writeHead(410).end();
  expect(await sent()).toMatchObject({ isWorthRetrying: false, retryAfter: undefined });
});

it('is no failed try when its own process stops', async () => {
  const stop = new AbortController();
  receiver.answer = () => stop.abort(new Error('stopping'));
  await expect(sent({ signal: stop.signal })).rejects.toThrow('stopping');
});
