import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';

afterEach(closeServers);

const start = (options: ConstructorParameters<typeof ServerBench>[0]): Promise<ServerBench> =>
  new ServerBench(options).start((router) => {
    router.post('/write', () => ({ body: 'ok' }), open);
    router.get('/read', () => ({ body: 'ok' }), open);
    router.get('/events', () => ({ headers: { 'content-type': 'text/event-stream' }, body: events() }), open);
  });

async function* events(): AsyncGenerator<string> {
  yield 'data: 1\n\n';
}

describe('the Origin of a write is compared whole: scheme, host and port', () => {
  const corp = 'https://sextant.corp';
  it.each<[string, { externalUrl?: string; trustProxy?: boolean }, Record<string, string>, number]>([
    ['the external URL', { externalUrl: `${corp}/x` }, { host: 'backend', origin: corp }, 200],
    ['its default port, written', { externalUrl: `${corp}:443` }, { host: 'backend', origin: corp }, 200],
    ['its host by plain HTTP', { externalUrl: corp }, { host: 'backend', origin: 'http://sextant.corp' }, 403],
    ['its host by plain HTTP, Host kept', { externalUrl: corp }, { host: 'sextant.corp', origin: 'http://sextant.corp' }, 403],
    ['its host, Host kept, TLS at the proxy', { externalUrl: corp }, { host: 'sextant.corp', origin: corp }, 200],
    ['its host in capitals', { externalUrl: corp }, { host: 'SEXTANT.corp', origin: corp }, 200],
    ['another port of it', { externalUrl: corp }, { host: 'sextant.corp', origin: `${corp}:8443` }, 403],
    ['the listener itself beside it', { externalUrl: corp }, { host: '127.0.0.1:7080', origin: 'http://127.0.0.1:7080' }, 200],
    ['the listener by a scheme that it does not speak', {}, { host: '127.0.0.1:7080', origin: 'https://127.0.0.1:7080' }, 403],
    ['a scheme that is neither', {}, { host: 'a.example', origin: 'ftp://a.example' }, 403],
    ['no URL', {}, { host: 'a.example', origin: 'a.example' }, 403],
    ['a Host that is none', {}, { host: 'a b', origin: 'http://a' }, 403],
    ['https that an untrusted header claims', {}, { host: 'a.example', origin: 'https://a.example', 'x-forwarded-proto': 'https' }, 403],
    [
      'https that the trusted proxy tells of',
      { trustProxy: true },
      { host: 'a.example', origin: 'https://a.example', 'x-forwarded-proto': 'http, https' },
      200,
    ],
    [
      'plain HTTP where the trusted proxy spoke https',
      { trustProxy: true },
      { host: 'a.example', origin: 'http://a.example', 'x-forwarded-proto': 'https' },
      403,
    ],
  ])('%s', async (_name, options, headers, status) => {
    const bench = await start(options);
    expect((await bench.ask('/write', { method: 'POST', body: '', headers })).status).toBe(status);
  });

  it('also where the browser says that it is the same site', async () => {
    const bench = await start({ externalUrl: corp });
    const headers = { host: 'sextant.corp', origin: 'http://sextant.corp', 'sec-fetch-site': 'same-origin' };
    expect((await bench.ask('/write', { method: 'POST', body: '', headers })).status).toBe(403);
  });
});

describe('Strict-Transport-Security', () => {
  it.each([
    ['/read', 200],
    ['/events', 200],
    ['/nowhere', 404],
    ['/%', 400],
  ])('is on every answer where the external URL is https: %s', async (path, status) => {
    const bench = await start({ externalUrl: 'https://sextant.corp' });
    const reply = await bench.ask(path);
    expect([reply.status, reply.headers['strict-transport-security']]).toEqual([status, 'max-age=31536000']);
  });

  it('is on the answer to what is no request', async () => {
    const bench = await start({ externalUrl: 'https://sextant.corp' });
    expect(await bench.raw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*\r\nStrict-Transport-Security: max-age=31536000\r\n/s);
  });

  it.each([undefined, 'http://sextant.corp'])('is not sent for the external URL %s', async (externalUrl) => {
    const bench = await start(externalUrl === undefined ? {} : { externalUrl });
    expect((await bench.ask('/read')).headers['strict-transport-security']).toBeUndefined();
  });

  it('is as it is configured', async () => {
    const hsts = { enabled: true, maxAge: 0, includeSubDomains: true };
    const bench = await start({ externalUrl: 'https://sextant.corp', hsts });
    expect((await bench.ask('/read')).headers['strict-transport-security']).toBe('max-age=0; includeSubDomains');
    const off = await start({ externalUrl: 'https://sextant.corp', hsts: { ...hsts, enabled: false } });
    expect((await off.ask('/read')).headers['strict-transport-security']).toBeUndefined();
  });
});
