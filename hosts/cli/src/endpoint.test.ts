import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from '@sextant/sdk';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointOf, graphql, headersOf } from './endpoint.js';

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
    [
      'a refusal before anything was asked',
      { status: 401, body: '{"error":{"code":"SEXTANT_AUTH_LOCAL_ACCOUNT","what":"Only it.","why":"Another.","fix":"Send a token."}}' },
      { code: 'SEXTANT_AUTH_LOCAL_ACCOUNT', what: 'Only it.', why: 'Another.', fix: 'Send a token.' },
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

describe('the secret that a Sextant of this account has left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-endpoint-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const env = { SEXTANT_DATA_DIR: folder };
  const leave = (url: string): void => {
    mkdirSync(join(folder, 'run'), { recursive: true });
    writeFileSync(join(folder, 'run', 'local-secret'), `x-sextant-local-secret: s3cret\nx-sextant-local-url: ${url}\n`);
  };
  const sent = (url: string | undefined, more: object = {}) => headersOf(endpointOf(url, { ...env, ...more }));

  it('is sent to it, and to nobody else who listens on this machine', () => {
    expect(sent(undefined)).toEqual({});
    leave('http://127.0.0.1:7080');
    expect(sent(undefined)).toEqual({ 'x-sextant-local-secret': 's3cret' });
    expect(sent('http://127.0.0.1:7080/')).toEqual({ 'x-sextant-local-secret': 's3cret' });
    for (const other of ['http://127.0.0.1:7081', 'http://127.0.0.2:7080', 'http://[::1]:7080', 'http://sextant.example.com:7080'])
      expect(sent(other)).toEqual({});
    expect(sent('https://127.0.0.1:7080')).toEqual({});
  });

  it('is sent to the very address that it is of, where the name could lead to another', () => {
    leave('http://[::1]:7080');
    expect(endpointOf('http://localhost:7080/sextant', env)).toEqual({
      url: 'http://[::1]:7080/sextant',
      token: undefined,
      localSecret: 's3cret',
    });
  });

  it('is not needed with a token', () => {
    leave('http://127.0.0.1:7080');
    expect(sent(undefined, { SEXTANT_ACCESS_TOKEN: 'sgp_x' })).toEqual({ authorization: 'token sgp_x' });
  });

  it('is none where the file says something else', () => {
    leave('nowhere');
    expect(sent(undefined)).toEqual({});
  });
});
