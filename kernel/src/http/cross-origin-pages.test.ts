import type { AllowedOrigins } from '@sextant/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';
import type { HttpServerOptions } from './http-server-options.js';

afterEach(closeServers);

const APP = 'https://app.example.com';
const OTHER = 'https://other.example.com';
const only: AllowedOrigins = { allows: async (origin) => origin === APP };

const start = (options: Partial<HttpServerOptions> = {}) =>
  new ServerBench(options, [only]).start((router) => {
    const cors = { ...open, cors: true } as const;
    router.get('/data', ({ actor, headers }) => ({ body: { who: actor.id, cookie: headers['cookie'] ?? null } }), cors);
    router.post('/data', ({ actor }) => ({ body: { who: actor.id } }), cors);
    router.post('/own', () => ({ body: 'ok' }), open);
  });
const preflight = (bench: ServerBench, path: string, origin: string) =>
  bench.ask(path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
  });
const token = { authorization: 'token user' };

describe('a page of another origin that the site allows', () => {
  it('may ask before it sends, and is told its own origin, without credentials', async () => {
    const { status, headers } = await preflight(await start(), '/data', APP);
    expect([status, headers['access-control-allow-origin'], headers['access-control-allow-credentials']]).toEqual([204, APP, undefined]);
    expect(headers['access-control-allow-headers']).toMatch(/authorization.*content-type/);
    expect(headers['access-control-allow-methods']).toContain('POST');
    expect(headers['vary']).toContain('origin');
  });

  it('reads the answers, refusals among them, by the token that it sends', async () => {
    const bench = await start();
    const { body, headers } = await bench.ask('/data', {
      method: 'POST',
      headers: { origin: APP, 'sec-fetch-site': 'cross-site', ...token },
    });
    expect([JSON.parse(body).who, headers['access-control-allow-origin']]).toEqual(['user:2', APP]);
    const refused = await bench.ask('/data', { headers: { origin: APP, authorization: 'token nobody' } });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, APP]);
  });

  it('is nobody without one: neither its visitor’s session nor the admin of the machine', async () => {
    const bench = await start({ localMode: () => true });
    const { body } = await bench.ask('/data', { headers: { origin: APP, host: 'localhost', cookie: 'session=1' } });
    expect(JSON.parse(body)).toMatchObject({ who: 'anonymous' });
  });

  it('may not call what is not open to it', async () => {
    const bench = await start();
    expect((await preflight(bench, '/own', APP)).status).toBe(405);
    expect(await bench.errorOf('/own', { method: 'POST', headers: { origin: APP, ...token } })).toEqual([403, 'SEXTANT_HTTP_CROSS_ORIGIN']);
  });
});

describe('a page of another origin that the site does not allow', () => {
  it.each([OTHER, 'null', 'https://app.example.com.evil.example', 'http://app.example.com', 'https://app.example.com:8443'])(
    'is told no origin and may change nothing: %s',
    async (origin) => {
      const bench = await start();
      const asked = await preflight(bench, '/data', origin);
      expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([405, undefined]);
      const { status, headers } = await bench.ask('/data', { method: 'POST', headers: { origin, ...token } });
      expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
    },
  );
});

it('keeps the session of Sextant’s own pages', async () => {
  const bench = await start({ localMode: () => true });
  const host = `127.0.0.1:${bench.port}`;
  const { body } = await bench.ask('/data', {
    method: 'POST',
    headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
  });
  expect(JSON.parse(body).who).toBe('user:1');
});
