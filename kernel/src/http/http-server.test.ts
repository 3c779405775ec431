import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Actor, ANONYMOUS, declareErrors, type Logger, type PluginRouter, SextantError } from '@sextant/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { HttpServer, type HttpServerOptions } from './http-server.js';

declareErrors({
  SEXTANT_AUTH_INVALID: { status: 401, summary: 'Wrong.', fix: 'Sign in.' },
  SEXTANT_TEST_TEAPOT: { status: 418, summary: 'A teapot.', fix: 'Use a cup.' },
});

const actors: Record<string, Actor> = {
  admin: { kind: 'user', id: 'user:1', siteAdmin: true, via: 'token' },
  user: { kind: 'user', id: 'user:2', siteAdmin: false, via: 'token' },
  internal: { kind: 'internal', id: 'internal:git', siteAdmin: false, via: 'internal' },
};

interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

class Bench {
  readonly lines: { level: string; message: string; fields: object | undefined }[] = [];
  resting = '';
  current: Actor | undefined;
  port = 0;
  readonly server: HttpServer;

  constructor(options: Partial<HttpServerOptions> = {}) {
    this.server = new HttpServer({
      log: this.#log(),
      boundary: new Boundary({ allows: (plugin) => plugin !== this.resting, failed: () => {} }),
      options: { host: '127.0.0.1', port: 0, localMode: () => false, ...options },
      authenticate: async ({ headers }) => {
        const token = /^token (\w+)$/.exec(headers['authorization'] ?? '')?.[1];
        if (token === undefined) return ANONYMOUS;
        const actor = actors[token];
        if (actor === undefined) throw new SextantError('SEXTANT_AUTH_INVALID', { what: 'The access token is not valid.' });
        return actor;
      },
      runAs: (actor, work) => {
        this.current = actor;
        return work();
      },
    });
  }

  #log(): Logger {
    const write = (level: string) => (message: string, fields?: object) => void this.lines.push({ level, message, fields });
    const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log };
    return log;
  }

  async start(declare?: (router: PluginRouter) => void): Promise<this> {
    if (declare) this.server.mount('test', declare);
    this.port = (await this.server.listen()).port;
    running.push(this.server);
    return this;
  }

  /** The path goes out as it is written. */
  open(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: Uint8Array | string } = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          path,
          method: options.method ?? 'GET',
          headers: { ...(options.body === undefined ? {} : { 'content-length': Buffer.byteLength(options.body) }), ...options.headers },
          agent: false,
        },
        resolve,
      );
      request.on('error', reject);
      request.end(options.body);
    });
  }

  async ask(path: string, options: Parameters<Bench['open']>[1] = {}): Promise<Reply> {
    const response = await this.open(path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      status: response.statusCode!,
      statusText: response.statusMessage!,
      headers: response.headers,
      body: Buffer.concat(chunks).toString(),
    };
  }

  async errorOf(path: string, options: Parameters<Bench['open']>[1] = {}): Promise<[status: number, code: string]> {
    const { status, body } = await this.ask(path, options);
    return [status, (JSON.parse(body) as { error: { code: string } }).error.code];
  }

  /** Writes bytes on a socket and reads until it closes. */
  raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(this.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }
}

const running: HttpServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const open = { auth: 'public' } as const;

describe('a route', () => {
  const paths = (router: PluginRouter): void => {
    router.get('/things/:id', ({ params }) => ({ body: { thing: params } }), open);
    router.get('/things/mine', () => ({ body: { mine: true } }), open);
    router.get('/*repo/-/raw{/*path}', ({ params, path }) => ({ body: { raw: params, path } }), open);
    router.get('/*rest', ({ params }) => ({ body: { rest: params } }), open);
  };

  it.each([
    ['/things/7', { thing: { id: '7' } }],
    ['/things/mine', { mine: true }],
    ['/things/mine/', { mine: true }],
    ['/things/a%2Fb', { thing: { id: 'a/b' } }],
    ['/github.com/o/r/-/raw', { raw: { repo: 'github.com/o/r' }, path: '/github.com/o/r/-/raw' }],
    ['/github.com/o/r/-/raw/src/a.ts', { raw: { repo: 'github.com/o/r', path: 'src/a.ts' }, path: '/github.com/o/r/-/raw/src/a.ts' }],
    [
      '/github.com%2Fo%2Fr/-/raw/d%C3%A9j%C3%A0%20vu/%E6%96%87.md',
      { raw: { repo: 'github.com/o/r', path: 'déjà vu/文.md' }, path: '/github.com/o/r/-/raw/déjà vu/文.md' },
    ],
    [
      '/github.com/o/r/-/raw/100%25.txt?x=%2F',
      { raw: { repo: 'github.com/o/r', path: '100%.txt' }, path: '/github.com/o/r/-/raw/100%.txt' },
    ],
    ['/somewhere/else', { rest: { rest: 'somewhere/else' } }],
    ['/Things/mine', { rest: { rest: 'Things/mine' } }],
  ])('with more literal segments wins, and wildcards take many segments: %s', async (path, answer) => {
    const bench = await new Bench().start(paths);
    expect(JSON.parse((await bench.ask(path)).body)).toEqual(answer);
  });

  it.each(['/x/%', '/x/%zz', '/x/%c0%af', '/x/%ff', '/x/%00', '/x/%ed%a0%80', '/x/%e2%82'])(
    'answers 400 to a malformed path: %s',
    async (path) => {
      const bench = await new Bench().start(paths);
      expect(await bench.errorOf(path)).toEqual([400, 'SEXTANT_HTTP_PATH']);
    },
  );

  it('that is not there is 404; one of another method is 405 and says which', async () => {
    const bench = await new Bench().start((router) => router.post('/only', () => ({}), open));
    expect(await bench.errorOf('/nope')).toEqual([404, 'SEXTANT_HTTP_NOT_FOUND']);
    expect(await bench.ask('/only')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('of GET answers HEAD with the same headers and no body', async () => {
    const bench = await new Bench().start((router) => router.get('/a', () => ({ body: 'twelve bytes' }), open));
    expect(await bench.ask('/a', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers: { 'content-length': '12' } });
  });

  it('below a path prefix is found there alone, and sees its path without it', async () => {
    const bench = await new Bench({ pathPrefix: '/sextant' }).start((router) => router.get('/a', ({ path }) => ({ body: path }), open));
    expect((await bench.ask('/sextant/a')).body).toBe('/a');
    for (const path of ['/a', '/sextantx/a', '/']) expect((await bench.ask(path)).status, path).toBe(404);
  });

  it('carries security headers, a request id and a trace; its own headers win', async () => {
    const bench = await new Bench().start((router) => {
      router.get('/a', () => ({ body: { a: 1 } }), open);
      router.get(
        '/page',
        () => ({ headers: { 'Content-Security-Policy': "default-src 'self'", 'content-type': 'text/html' }, body: '<p>' }),
        open,
      );
    });
    const { headers } = await bench.ask('/a');
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json; charset=utf-8',
    });
    expect(headers['x-trace']).toBe(headers['x-request-id']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect((await bench.ask('/page')).headers['content-security-policy']).toBe("default-src 'self'");
  });

  it('declared twice, malformed or late is refused with the plugin that is at fault', async () => {
    const bench = new Bench();
    bench.server.mount('first', (router) => router.get('/a/:id', () => ({})));
    let late: PluginRouter | undefined;
    bench.server.mount('late', (router) => {
      late = router;
    });
    for (const declare of [
      () => bench.server.mount('second', (router) => router.get('/a/:name', () => ({}))),
      () => bench.server.mount('second', (router) => router.get('/a/(', () => ({}))),
      () => late?.get('/b', () => ({})),
    ]) {
      expect(declare).toThrow(expect.objectContaining({ code: 'SEXTANT_HTTP_ROUTE' }));
    }
    expect(bench.server.figures.routes).toBe(1);
  });
});

describe('who may call a route', () => {
  it.each([
    ['public', [200, 200, 200, 200]],
    ['user', [401, 200, 200, 200]],
    ['site-admin', [401, 403, 200, 200]],
    ['internal', [401, 403, 403, 200]],
  ] as const)('%s: anonymous, user, site admin, internal', async (auth, statuses) => {
    const bench = await new Bench().start((router) => router.get('/a', () => ({ body: 'ok' }), { auth }));
    const got = [];
    for (const who of [undefined, 'user', 'admin', 'internal'])
      got.push((await bench.ask('/a', { headers: who ? { authorization: `token ${who}` } : {} })).status);
    expect(got).toEqual(statuses);
  });

  it('is a user when the route does not say; a wrong credential is 401 on public routes too', async () => {
    const bench = await new Bench().start((router) => {
      router.get('/a', () => ({}));
      router.get('/open', () => ({}), open);
    });
    expect(await bench.ask('/a')).toMatchObject({
      status: 401,
      statusText: 'Unauthorized',
      headers: { 'www-authenticate': expect.any(String) },
    });
    expect(await bench.errorOf('/open', { headers: { authorization: 'token nobody' } })).toEqual([401, 'SEXTANT_AUTH_INVALID']);
  });
});

describe('a body', () => {
  const json = Buffer.from(JSON.stringify({ text: 'x'.repeat(2000) }));
  const start = (options: { maxBody?: number } = {}) =>
    new Bench({ bodyTimeout: 200 }).start((router) => {
      router.post('/json', async (request) => ({ body: { length: JSON.stringify(await request.json()).length } }), { ...open, ...options });
      router.put(
        '/stream',
        async (request) => {
          let size = 0;
          for await (const chunk of request.stream()) size += chunk.length;
          return { body: { size } };
        },
        { ...open, maxBody: 1 << 30 },
      );
      router.post('/ignores', () => ({ body: 'done' }), open);
    });

  it.each([
    ['identity', json],
    ['gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['br', brotliCompressSync(json)],
  ])('arrives unpacked: %s', async (encoding, body) => {
    const bench = await start();
    expect(JSON.parse((await bench.ask('/json', { method: 'POST', body, headers: { 'content-encoding': encoding } })).body)).toEqual({
      length: json.length,
    });
  });

  it('is bounded after decompression, by its declared and by its real size', async () => {
    const bench = await start({ maxBody: 1000 });
    expect(await bench.errorOf('/json', { method: 'POST', body: json })).toEqual([413, 'SEXTANT_HTTP_BODY_TOO_LARGE']);
    const packed = gzipSync(json);
    expect(packed.length).toBeLessThan(1000);
    expect(await bench.errorOf('/json', { method: 'POST', body: packed, headers: { 'content-encoding': 'gzip' } })).toEqual([
      413,
      'SEXTANT_HTTP_BODY_TOO_LARGE',
    ]);
  });

  it('that is a gzip bomb of 200 MB is refused without being unpacked', async () => {
    const bench = await start();
    const bomb = gzipSync(Buffer.alloc(200 << 20));
    const before = process.memoryUsage().arrayBuffers;
    expect(await bench.errorOf('/json', { method: 'POST', body: bomb, headers: { 'content-encoding': 'gzip' } })).toEqual([
      413,
      'SEXTANT_HTTP_BODY_TOO_LARGE',
    ]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 << 20);
  });

  it.each([
    ['not JSON', Buffer.from('{"a": hunter2}'), {}, 400, 'SEXTANT_HTTP_JSON'],
    ['empty', Buffer.alloc(0), {}, 400, 'SEXTANT_HTTP_JSON'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'SEXTANT_HTTP_JSON'],
    ['not gzip', Buffer.from('plain'), { 'content-encoding': 'gzip' }, 400, 'SEXTANT_HTTP_BODY_CORRUPT'],
    ['cut gzip', gzipSync(json).subarray(0, 20), { 'content-encoding': 'gzip' }, 400, 'SEXTANT_HTTP_BODY_CORRUPT'],
    ['unknown coding', json, { 'content-encoding': 'zstd' }, 415, 'SEXTANT_HTTP_BODY_ENCODING'],
    ['two codings', gzipSync(gzipSync(json)), { 'content-encoding': 'gzip, gzip' }, 415, 'SEXTANT_HTTP_BODY_ENCODING'],
  ] as const)('is refused: %s', async (_name, body, headers, status, code) => {
    const bench = await start();
    const { status: got, body: text } = await bench.ask('/json', { method: 'POST', body, headers });
    expect([got, JSON.parse(text).error.code]).toEqual([status, code]);
    expect(text + JSON.stringify(bench.lines)).not.toContain('hunter2');
  });

  it('streams through, larger than any buffer', async () => {
    const bench = await start();
    expect(JSON.parse((await bench.ask('/stream', { method: 'PUT', body: Buffer.alloc(30 << 20) })).body)).toEqual({ size: 30 << 20 });
  });

  it('that nobody reads does not hold up the answer', async () => {
    const bench = await start();
    expect((await bench.ask('/ignores', { method: 'POST', body: json })).body).toBe('done');
  });

  it('that trickles is given up', async () => {
    const bench = await start();
    const answer = await bench.raw('POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    expect(answer).not.toContain('200 OK');
    await expect.poll(() => bench.server.figures.requests).toBe(0);
  });
});

describe('an error', () => {
  const start = (options: Partial<HttpServerOptions> = {}) =>
    new Bench(options).start((router) => {
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
    expect(await (await start()).errorOf('/bad-header')).toEqual([500, 'SEXTANT_INTERNAL']);
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
    new Bench(options).start((router) => {
      router.get('/read', () => ({ body: 'ok' }), open);
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

describe('a stream', () => {
  it('is closed when its client goes away, though it waits for its next event', async () => {
    const closed = Promise.withResolvers<void>();
    const bench = await new Bench().start((router) =>
      router.get(
        '/events',
        ({ signal }) => {
          let first = true;
          return {
            headers: { 'content-type': 'text/event-stream' },
            body: {
              [Symbol.asyncIterator]: () => ({
                next: () => {
                  if (!first) return new Promise<IteratorResult<string>>(() => {});
                  first = false;
                  return Promise.resolve({ done: false, value: 'data: 1\n\n' });
                },
                return: async () => {
                  expect(signal.aborted).toBe(true);
                  closed.resolve();
                  return { done: true as const, value: undefined };
                },
              }),
            },
          };
        },
        { ...open, timeout: 0 },
      ),
    );
    const response = await bench.open('/events', { headers: { 'accept-encoding': 'gzip' } });
    const [chunk] = (await new Promise<[Buffer]>((resolve) => response.once('data', (data: Buffer) => resolve([data])))) as [Buffer];
    expect(String(chunk)).toBe('data: 1\n\n');
    expect(response.headers).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-cache' });
    response.destroy();
    await closed.promise;
    await expect.poll(() => bench.server.figures.requests).toBe(0);
  });

  it('is produced no faster than its client reads', async () => {
    let produced = 0;
    const bench = await new Bench().start((router) =>
      router.get(
        '/big',
        () => ({
          body: (async function* () {
            for (; produced < 2000; produced++) yield new Uint8Array(64 * 1024);
          })(),
        }),
        { ...open, timeout: 0 },
      ),
    );
    const response = await bench.open('/big');
    response.pause();
    let seen = -1;
    // It comes to rest when the buffers between the two are full.
    await expect
      .poll(
        () => {
          const rests = produced === seen && produced > 0;
          seen = produced;
          return rests;
        },
        { interval: 100 },
      )
      .toBe(true);
    expect(produced).toBeLessThan(500);
    let size = 0;
    for await (const chunk of response) size += (chunk as Buffer).length;
    expect(size).toBe(2000 * 64 * 1024);
  });

  it('that outlives its deadline is cut', async () => {
    const bench = await new Bench().start((router) =>
      router.get(
        '/slow',
        () => ({
          body: (async function* () {
            yield 'a';
            await new Promise(() => {});
          })(),
        }),
        { ...open, timeout: 50 },
      ),
    );
    await expect(bench.ask('/slow')).rejects.toThrow();
  });
});

describe('an answer', () => {
  it('of JSON beyond 1 KiB is compressed for who can read it', async () => {
    const bench = await new Bench().start((router) => router.get('/a', () => ({ body: { text: 'x'.repeat(5000) } }), open));
    const { gunzipSync } = await import('node:zlib');
    const response = await bench.open('/a', { headers: { 'accept-encoding': 'gzip, br' } });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()).text).toHaveLength(5000);
    for (const refusing of ['', 'identity', 'gzip;q=0', 'gzip;q=0.0'])
      expect((await bench.ask('/a', { headers: { 'accept-encoding': refusing } })).headers['content-encoding'], refusing).toBeUndefined();
  });
});

describe('row 26: routes of a plugin that is switched', () => {
  it('come and go under load; no request of another plugin fails, and none is left behind', async () => {
    const bench = await new Bench().start((router) => router.get('/steady', () => ({ body: 'ok' }), open));
    let stop = false;
    const steady: number[] = [];
    const toggled = new Set<number>();
    const load = [0, 1, 2, 3].map(async () => {
      while (!stop) {
        steady.push((await bench.ask('/steady')).status);
        toggled.add((await bench.ask('/toggled')).status);
      }
    });
    for (let i = 0; i < 20; i++) {
      const mounted = bench.server.mount('toggled', (router) =>
        router.get(
          '/toggled',
          async () => {
            await new Promise(setImmediate);
            return { body: 'on' };
          },
          open,
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
      await mounted[Symbol.asyncDispose]();
    }
    stop = true;
    await Promise.all(load);
    expect(new Set(steady)).toEqual(new Set([200]));
    expect([...toggled].every((status) => status === 200 || status === 404)).toBe(true);
    expect(await bench.errorOf('/toggled')).toEqual([404, 'SEXTANT_HTTP_NOT_FOUND']);
    expect(bench.server.figures.routes).toBe(1);
  });

  it('finish what they began before their disposal ends', async () => {
    const bench = await new Bench().start();
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const mounted = bench.server.mount('slow', (router) =>
      router.get(
        '/slow',
        async () => {
          entered.resolve();
          await gate.promise;
          return { body: 'whole' };
        },
        open,
      ),
    );
    const answer = bench.ask('/slow');
    await entered.promise;
    let disposed = false;
    const disposing = mounted[Symbol.asyncDispose]().then(() => {
      disposed = true;
    });
    expect((await bench.ask('/slow')).status).toBe(404);
    expect(disposed).toBe(false);
    gate.resolve();
    expect((await answer).body).toBe('whole');
    await disposing;
  });
});

describe('the server', () => {
  it('names the port that is taken', async () => {
    const first = await new Bench().start();
    await expect(new Bench({ port: first.port }).server.listen()).rejects.toMatchObject({
      code: 'SEXTANT_HTTP_PORT_IN_USE',
      what: `Port ${first.port} on 127.0.0.1 is taken.`,
    });
    await expect(new Bench({ host: '203.0.113.1' }).server.listen()).rejects.toMatchObject({ code: 'SEXTANT_HTTP_ADDRESS' });
  });

  it('drains: it accepts no more, lets requests end, and ends event streams last', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const bench = await new Bench().start((router) => {
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
    const bench = await new Bench().start((router) =>
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
    expect((await (await new Bench({ trustProxy: true }).start(whoami)).ask('/ip', { headers })).body).toBe('10.0.0.9');
    expect((await (await new Bench().start(whoami)).ask('/ip', { headers })).body).toBe('127.0.0.1');
  });

  it('runs a handler as the actor of its request', async () => {
    const bench = await new Bench().start((router) => router.get('/a', ({ actor }) => ({ body: actor.id })));
    expect((await bench.ask('/a', { headers: { authorization: 'token user' } })).body).toBe('user:2');
    expect(bench.current?.id).toBe('user:2');
  });
});
