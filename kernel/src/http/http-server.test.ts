import { type PluginRouter, SextantError } from '@sextant/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';
import type { HttpServerOptions } from './http-server-options.js';

afterEach(closeServers);

describe('an error', () => {
  const start = (options: Partial<HttpServerOptions> = {}) =>
    new ServerBench(options).start((router) => {
      router.get(
        '/coded',
        () => {
          throw new SextantError('SEXTANT_TEST_TEAPOT', { what: 'It is a teapot.', why: 'It was made so.', fix: 'Use a cup.' });
        },
        open,
      );
      router.get(
        '/boom',
        async () => {
          throw new Error('postgres://sextant:hunter2@db');
        },
        open,
      );
      router.get(
        '/hangs',
        ({ signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        { ...open, timeout: 20 },
      );
      router.get(
        '/half',
        () => ({
          body: (async function* () {
            yield 'half';
            throw new Error('broken');
          })(),
        }),
        open,
      );
      router.get('/bad-header', () => ({ headers: { 'x-a': 'a\r\nset-cookie: b' } }), open);
    });

  it('with a code has its status and its sentences, as JSON, or as a line where text is asked for', async () => {
    const bench = await start();
    const { status, body, headers } = await bench.ask('/coded');
    expect(status).toBe(418);
    expect(JSON.parse(body)).toEqual({
      error: {
        code: 'SEXTANT_TEST_TEAPOT',
        what: 'It is a teapot.',
        why: 'It was made so.',
        fix: 'Use a cup.',
        requestId: headers['x-request-id'],
      },
    });
    expect((await bench.ask('/coded', { headers: { accept: 'text/plain' } })).body).toMatch(
      /^It is a teapot\. It was made so\. Use a cup\. \(SEXTANT_TEST_TEAPOT, request .+\)\n$/,
    );
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    expect(await bench.ask('/', { headers: browser })).toMatchObject({
      status: 404,
      body: expect.stringMatching(/^Sextant runs here, and no active plugin shows pages\. .* \(SEXTANT_HTTP_NOT_FOUND, request .+\)\n$/),
    });
    // What is no event is one for a strict reader only when it has no newline: then src shows all of it.
    expect((await bench.ask('/coded', { headers: { accept: 'text/event-stream' } })).body).toMatch(
      /^It is a teapot\. It was made so\. Use a cup\. \(SEXTANT_TEST_TEAPOT, request .+\)$/,
    );
  });

  it('row 22: without a code is masked, and logged whole', async () => {
    const bench = await start();
    const { status, body } = await bench.ask('/boom');
    expect([status, JSON.parse(body).error.code]).toEqual([500, 'SEXTANT_INTERNAL']);
    expect(body).not.toContain('hunter2');
    expect(bench.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({
      plugin: 'test',
      error: expect.objectContaining({ message: 'postgres://sextant:hunter2@db' }),
    });
  });

  it('row 22: the access log holds no query', async () => {
    const bench = await start();
    await bench.ask('/coded?access_token=hunter2');
    expect(JSON.stringify(bench.lines)).not.toContain('hunter2');
  });

  it('row 26: of a route that never ends is 504 at its deadline', async () => {
    expect(await (await start()).errorOf('/hangs')).toEqual([504, 'SEXTANT_HTTP_DEADLINE']);
  });

  it('row 26: of a plugin whose circuit is open is 503 with Retry-After', async () => {
    const bench = await start();
    bench.resting = 'test';
    expect(await bench.ask('/coded')).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
  });

  it('in the middle of a stream cuts the connection, so that half does not look whole', async () => {
    const bench = await start();
    await expect(bench.ask('/half')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  it('of a header that would split the answer is masked', async () => {
    expect(await (await start()).errorOf('/bad-header')).toEqual([500, 'SEXTANT_HTTP_REPLY']);
  });

  it('of a request that is not HTTP, or whose headers are too large or too slow, is answered on the socket', async () => {
    const bench = await start({ headersTimeout: 300 });
    expect(await bench.raw('NONSENSE\r\n\r\n')).toContain('400 Bad Request');
    expect(await bench.raw(`GET /coded HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`)).toContain('431');
    expect(await bench.raw('GET /coded HTTP/1.1\r\nHost: x\r\n')).toContain('408');
  });
});

describe('a browser', () => {
  const start = (options: Partial<HttpServerOptions> = {}) =>
    new ServerBench(options).start((router) => {
      router.get('/read', () => ({ body: 'ok' }), open);
      router.get('/own', () => ({ body: 'ok' }));
      router.post('/write', () => ({ body: 'ok' }), open);
      router.post('/hook', () => ({ body: 'ok' }), { ...open, crossOrigin: true });
    });

  it.each([
    ['localhost:7080', 200],
    ['127.0.0.1', 200],
    ['127.8.9.1:1', 200],
    ['[::1]:7080', 200],
    ['a.localhost', 200],
    ['sextant.corp:8443', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:7080', 403],
    ['128.0.0.1', 403],
  ])('in local mode reaches it under a name of this machine only (DNS rebinding): %s', async (host, status) => {
    const bench = await start({ localMode: () => true, externalUrl: 'https://sextant.corp:8443/x' });
    expect((await bench.ask('/read', { headers: { host } })).status).toBe(status);
  });

  it.each<[string, Record<string, string>, number]>([
    ['a program', {}, 200],
    ['its own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 200],
    ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
    ['a link of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
    ['a script of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }, 403],
    ['another port of this machine', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' }, 403],
    ['a frame in another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
    ['an extension with a token', { 'sec-fetch-site': 'cross-site', authorization: 'token user' }, 200],
  ])('in local mode answers reads of its own pages only (timing from other origins): %s', async (_name, headers, status) => {
    const bench = await start({ localMode: () => true });
    expect((await bench.ask('/read', { headers: { host: 'localhost', ...headers } })).status).toBe(status);
  });

  it.each(['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'])(
    'in local mode takes who comes through a proxy for a stranger: %s',
    async (header) => {
      const bench = await start({ localMode: () => true });
      const status = async (headers: Record<string, string>) =>
        (await bench.ask('/own', { headers: { host: 'localhost', ...headers } })).status;
      expect(await status({})).toBe(200);
      expect(await status({ [header]: '203.0.113.9' })).toBe(401);
      expect(await status({ [header]: '203.0.113.9', authorization: 'token user' })).toBe(200);
    },
  );

  it.each<[string, Record<string, string>, number]>([
    ['a program', {}, 200],
    ['its own page', { origin: 'http://127.0.0.1:7080', host: '127.0.0.1:7080', 'sec-fetch-site': 'same-origin' }, 200],
    ['an old browser on its own page', { origin: 'http://127.0.0.1:7080', host: '127.0.0.1:7080' }, 200],
    ['its own page behind a proxy', { origin: 'https://sextant.corp', host: 'backend:80', 'sec-fetch-site': 'same-origin' }, 200],
    [
      'a form of another origin',
      { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['another port of this machine', { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:7080', 'sec-fetch-site': 'same-site' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['an old browser elsewhere', { origin: 'https://evil.example' }, 403],
    ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('row 25: writes from its own origin only (CSRF): %s', async (_name, headers, status) => {
    const bench = await start({ externalUrl: 'https://sextant.corp' });
    expect((await bench.ask('/write', { method: 'POST', headers, body: '' })).status).toBe(status);
    expect((await bench.ask('/hook', { method: 'POST', headers, body: '' })).status).toBe(200);
    expect((await bench.ask('/read', { headers })).status).toBe(200);
  });
});

describe('the server', () => {
  it('names the port that is taken', async () => {
    const first = await new ServerBench().start();
    await expect(new ServerBench({ port: first.port }).server.listen()).rejects.toMatchObject({
      code: 'SEXTANT_HTTP_PORT_IN_USE',
      what: `Port ${first.port} on 127.0.0.1 is taken.`,
    });
    await expect(new ServerBench({ host: '203.0.113.1' }).server.listen()).rejects.toMatchObject({ code: 'SEXTANT_HTTP_ADDRESS' });
  });

  it('drains: it accepts no more, lets requests end, and ends event streams last', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const bench = await new ServerBench().start((router) => {
      router.get(
        '/slow',
        async () => {
          entered.resolve();
          await gate.promise;
          return { body: 'whole' };
        },
        open,
      );
      router.get(
        '/events',
        () => ({
          headers: { 'content-type': 'text/event-stream' },
          body: (async function* () {
            yield 'data: 1\n\n';
            await new Promise(() => {});
          })(),
        }),
        { ...open, timeout: 0 },
      );
    });
    const events = await bench.open('/events');
    const slow = bench.ask('/slow');
    await entered.promise;
    const drained = bench.server.drain(5_000);
    await expect(bench.ask('/slow')).rejects.toThrow('ECONNREFUSED');
    gate.resolve();
    expect((await slow).body).toBe('whole');
    let text = '';
    for await (const chunk of events) text += chunk;
    expect(text).toBe('data: 1\n\n');
    expect(await drained).toBe(1);
  });

  it('aborts what does not end while it drains', async () => {
    const entered = Promise.withResolvers<void>();
    const bench = await new ServerBench().start((router) =>
      router.get(
        '/hangs',
        ({ signal }) =>
          new Promise((_resolve, reject) => {
            entered.resolve();
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
        { ...open, timeout: 0 },
      ),
    );
    const answer = bench.errorOf('/hangs');
    await entered.promise;
    await bench.server.drain(20);
    expect(await answer).toEqual([503, 'SEXTANT_HTTP_DRAINING']);
  });

  it('takes the address of a client from its own proxy alone', async () => {
    const whoami = (router: PluginRouter): void => router.get('/ip', ({ remoteAddress }) => ({ body: remoteAddress }), open);
    const headers = { 'x-forwarded-for': '6.6.6.6, 10.0.0.9' };
    expect((await (await new ServerBench({ trustProxy: true }).start(whoami)).ask('/ip', { headers })).body).toBe('10.0.0.9');
    expect((await (await new ServerBench().start(whoami)).ask('/ip', { headers })).body).toBe('127.0.0.1');
  });

  it.each([
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::FFFF:10.0.0.9', '10.0.0.9'],
    ['::ffff:a00:9', '10.0.0.9'],
    ['10.0.0.9:51000', '10.0.0.9'],
    ['10.0.0.9, nonsense', 'unknown'],
    ['10.0.0.9\u009b2J', 'unknown'],
  ])('writes the address that a proxy writes as %j as %s', async (written, known) => {
    const whoami = (router: PluginRouter): void => router.get('/ip', ({ remoteAddress }) => ({ body: remoteAddress }), open);
    const bench = await new ServerBench({ trustProxy: true }).start(whoami);
    expect((await bench.ask('/ip', { headers: { 'x-forwarded-for': written } })).body).toBe(known);
  });

  it('runs a handler as the actor of its request', async () => {
    const bench = await new ServerBench().start((router) => router.get('/a', ({ actor }) => ({ body: actor.id })));
    expect((await bench.ask('/a', { headers: { authorization: 'token user' } })).body).toBe('user:2');
    expect(bench.current?.id).toBe('user:2');
  });
});
