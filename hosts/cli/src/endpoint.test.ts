import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointOf, graphql } from './endpoint.js';

let server: Server;
let answer: { readonly status?: number; readonly body: string };
beforeEach(async () => {
  server = createServer((_request, response) => response.writeHead(answer.status ?? 200).end(answer.body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

const Site = z.object({ site: z.object({ productVersion: z.string() }) });
const ask = () =>
  graphql(endpointOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {}), '{ site { productVersion } }', Site);

describe('graphql', () => {
  it('gives what was asked', async () => {
    answer = { body: '{"data":{"site":{"productVersion":"7.6.0"}}}' };
    expect((await ask()).site.productVersion).toBe('7.6.0');
  });

  it.each<[string, typeof answer, object]>([
    ['a page', { status: 502, body: '<h1>Bad gateway</h1>' }, { code: 'SEXTANT_CLI_REFUSED', why: '<h1>Bad gateway</h1>' }],
    ['JSON that is no answer', { body: '[1]' }, { code: 'SEXTANT_CLI_REFUSED' }],
    ['another selection', { body: '{"data":{"site":null}}' }, { code: 'SEXTANT_CLI_REFUSED', why: expect.stringContaining('site') }],
    [
      'an error with a code',
      { body: '{"errors":[{"message":"m","extensions":{"code":"SEXTANT_AUTH_REQUIRED","what":"No one.","fix":"Sign in."}}],"data":null}' },
      { code: 'SEXTANT_AUTH_REQUIRED', what: 'No one.', fix: 'Sign in.' },
    ],
    ['an error of another server', { body: '{"errors":[{"message":"not here"}]}' }, { code: 'SEXTANT_CLI_REFUSED', what: 'not here' }],
  ])('tells of %s', async (_what, given, expected) => {
    answer = given;
    await expect(ask()).rejects.toMatchObject(expected);
  });
});

it('endpointOf takes the option, then our variable, then that of the field', () => {
  expect(endpointOf('http://a/', { SEXTANT_ENDPOINT: 'http://b' }).url).toBe('http://a');
  expect(endpointOf(undefined, { SEXTANT_ENDPOINT: 'http://b', SRC_ENDPOINT: 'http://c' }).url).toBe('http://b');
  expect(endpointOf(undefined, { SRC_ENDPOINT: 'http://c' }).url).toBe('http://c');
  expect(() => endpointOf('nowhere', {})).toThrow('is not the address');
});
