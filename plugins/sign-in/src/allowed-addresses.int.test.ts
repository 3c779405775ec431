import oauthProvider from '@sextant/plugin-oauth-provider';
import scim from '@sextant/plugin-scim';
import { beforeAll, expect, it } from 'vitest';
import { ASite } from './testing/a-site.js';

const DIRECTORY = 'directory-0123456789-0123456789-0123456789';
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({}, { config: { http: { port: 0, trustProxy: true } }, more: [oauthProvider, scim] });
});

/** What the ways in that prove their callers themselves say to a request that comes from this machine, and from `address` by its own word. */
const from = (address: string) =>
  Promise.all(
    [
      ['GET', '/.well-known/openid-configuration'],
      ['POST', '/.auth/idp/oauth/device/code'],
      ['GET', '/.api/scim/v2/Users'],
    ].map(async ([method = '', path = '']) => {
      const headers = { 'x-forwarded-for': address, ...(path.includes('scim') ? { authorization: `Bearer ${DIRECTORY}` } : {}) };
      const body = method === 'POST' ? new URLSearchParams({ client_id: 'sgo_cid_sourcegraph-cli' }) : undefined;
      const { status } = await site.kernel.fetch(path, { method, headers, ...(body ? { body } : {}) });
      return status;
    }),
  );

const allow = (rule: object) =>
  site.configure({
    'auth.providers': [{ type: 'builtin' }],
    'scim.authToken': DIRECTORY,
    'auth.allowedIpAddress': { enabled: true, ...rule },
  });

it('programs and the directory come from the addresses that people may come from (row 24)', async () => {
  await allow({ userIpAddress: ['10.0.0.0/8', '127.0.0.1'] });
  await expect.poll(() => from('192.0.2.1')).toEqual([403, 403, 403]);
  expect(await from('10.1.2.3')).toEqual([200, 200, 200]);
});

it('who comes past the proxy is not let in by writing the address of one that is (row 24)', async () => {
  await allow({ userIpAddress: ['127.0.0.1'], clientIpAddress: ['127.0.0.1', '198.51.100.7'] });
  await expect.poll(() => from('127.0.0.1')).toEqual([200, 200, 200]);
  await allow({ clientIpAddress: ['198.51.100.7'], trustedClientIpAddress: ['198.51.100.8'] });
  await expect.poll(() => from('127.0.0.1')).toEqual([403, 403, 403]);
  for (const proxy of ['198.51.100.7', '198.51.100.8']) expect(await from(proxy)).toEqual([403, 403, 403]);
});
