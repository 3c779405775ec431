import type { ServerResponse } from 'node:http';
import identity from '@sextant/plugin-identity';
import site from '@sextant/plugin-site';
import { at, type RebindingDns, rebindingDns, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { AReceiver } from './testing/a-receiver.js';

// Only Linux answers at every address of 127.0.0.0/8 without being told to: 127.0.0.2 stands for a host outside, which is allowed, 127.0.0.1 for one inside.
describe.skipIf(process.platform !== 'linux')('an attacker’s name server, with time to live 0 (row 21)', () => {
  let dns: RebindingDns;
  let kernel: TestKernel;
  let outside: AReceiver;
  let inside: AReceiver;

  beforeAll(async () => {
    outside = await AReceiver.start({ host: '127.0.0.2' });
    inside = await AReceiver.start({ port: Number(new URL(outside.url).port) });
    dns = await rebindingDns({
      'to-loopback.example': ['127.0.0.2', '127.0.0.1'],
      'to-metadata.example': ['127.0.0.2', '169.254.169.254'],
      'to-network.example': ['127.0.0.2', '10.0.0.1'],
      'back-and-forth.example': ['127.0.0.1', '127.0.0.2', '127.0.0.1'],
      'inside.example': ['127.0.0.1'],
    });
    kernel = await startTestKernel({
      plugins: [identity, site, manifest],
      lookup: dns.lookup,
      config: { outbound: { allow: ['127.0.0.2'] }, plugins: { 'outbound-webhooks': { maxAttempts: 1 } } },
    });
  }, 60_000);
  afterAll(async () => {
    for (const one of [dns, outside, inside]) await one?.[Symbol.asyncDispose]();
  });

  // Each delivery asks for the name again; a connection that stays open would go on to where it was checked.
  const closing = (response: ServerResponse): void => void response.writeHead(200, { connection: 'close' }).end();
  beforeEach(() => {
    outside.answer = closing;
  });

  const portOf = (receiver: AReceiver): string => new URL(receiver.url).port;
  const created = async (host: string): Promise<string> => {
    const { data, errors } = await kernel.graphql(
      'mutation($input: OutboundWebhookCreateInput!) { createOutboundWebhook(input: $input) { id } }',
      { input: { url: `http://${host}:${portOf(outside)}/hook`, secret: 'hunter2-canary', eventTypes: [{ eventType: 'user:create' }] } },
    );
    expect(errors).toEqual([]);
    return textAt(data, 'createOutboundWebhook.id');
  };
  const tried = async (id: string): Promise<unknown> => {
    const test = 'mutation($id: ID!) { testOutboundWebhook(id: $id) { statusCode error } }';
    return at((await kernel.graphql(test, { id })).data, 'testOutboundWebhook');
  };
  const refused = { statusCode: 0, error: expect.stringContaining('SEXTANT_OUTBOUND_ADDRESS') };
  const remove = (id: string) => kernel.graphql('mutation($id: ID!) { deleteOutboundWebhook(id: $id) { alwaysNil } }', { id });

  it.each(['to-loopback.example', 'to-metadata.example', 'to-network.example'])(
    'gets one delivery of a webhook to %s, at the address that was checked, and none where the name leads then',
    async (host) => {
      const before = outside.received.length;
      const id = await created(host);
      expect(await tried(id)).toEqual({ statusCode: 200, error: null });
      expect(await tried(id)).toMatchObject(refused);
      expect(await tried(id)).toMatchObject(refused);
      await remove(id);
      expect([outside.received.length - before, inside.received]).toEqual([1, []]);
    },
  );

  it('gets no delivery of an event either', async () => {
    const id = await created('inside.example');
    await kernel.graphql('mutation { createUser(username: "ana") { user { id } } }');
    const query = 'query($id: ID!) { node(id: $id) { ... on OutboundWebhook { logs { nodes { statusCode error } } } } }';
    const attempts = async () => at((await kernel.graphql(query, { id })).data, 'node.logs.nodes');
    await expect.poll(attempts, { timeout: 20_000, interval: 50 }).toMatchObject([refused]);
    await remove(id);
    expect(inside.received).toEqual([]);
  });

  it('gets nothing by a name that is good only each second time, nor by a connection that such a time has left open', async () => {
    const id = await created('back-and-forth.example');
    expect(await tried(id)).toMatchObject(refused);
    const before = outside.received.length;
    for (const answer of [(response: ServerResponse) => void response.end(), closing]) {
      outside.answer = answer;
      expect(await tried(id)).toEqual({ statusCode: 200, error: null });
    }
    expect(outside.received.length - before).toBe(2);
    expect(await tried(id)).toMatchObject(refused);
    await remove(id);
    expect(inside.received).toEqual([]);
  });

  it('is not followed by a redirect', async () => {
    const id = await created('to-be-redirected.example');
    expect(await tried(id)).toMatchObject({ statusCode: 0, error: expect.stringContaining('SEXTANT_OUTBOUND_FAILED') });
    await remove(id);
    outside.answer = (response) =>
      void response.writeHead(307, { location: `http://inside.example:${portOf(inside)}/`, connection: 'close' }).end();
    const direct = await created('127.0.0.2');
    expect(await tried(direct)).toMatchObject({ statusCode: 307, error: expect.stringContaining('Redirects are not followed') });
    await remove(direct);
    expect(inside.received).toEqual([]);
  });
});
