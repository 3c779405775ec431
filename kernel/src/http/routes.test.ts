import { type PluginRouter } from '@sextant/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';

afterEach(closeServers);

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
    const bench = await new ServerBench().start(paths);
    expect(JSON.parse((await bench.ask(path)).body)).toEqual(answer);
  });

  it.each(['/x/%', '/x/%zz', '/x/%c0%af', '/x/%ff', '/x/%00', '/x/%ed%a0%80', '/x/%e2%82'])(
    'answers 400 to a malformed path: %s',
    async (path) => {
      const bench = await new ServerBench().start(paths);
      expect(await bench.errorOf(path)).toEqual([400, 'SEXTANT_HTTP_PATH']);
    },
  );

  it('that is not there is 404; one of another method is 405 and says which', async () => {
    const bench = await new ServerBench().start((router) => router.post('/only', () => ({}), open));
    expect(await bench.errorOf('/nope')).toEqual([404, 'SEXTANT_HTTP_NOT_FOUND']);
    expect(await bench.ask('/only')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('takes the method that it was declared for, of all that change something', async () => {
    const bench = await new ServerBench().start((router) => {
      for (const method of ['post', 'put', 'patch', 'delete'] as const) router[method]('/thing', () => ({ body: { method } }), open);
    });
    for (const method of ['post', 'put', 'patch', 'delete'])
      expect(JSON.parse((await bench.ask('/thing', { method: method.toUpperCase() })).body)).toEqual({ method });
    expect((await bench.ask('/thing')).headers['allow']).toBe('DELETE, PATCH, POST, PUT');
  });

  it('of GET answers HEAD with the same headers and no body', async () => {
    const bench = await new ServerBench().start((router) => router.get('/a', () => ({ body: 'twelve bytes' }), open));
    expect(await bench.ask('/a', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers: { 'content-length': '12' } });
  });

  it('below a path prefix is found there alone, and sees its path without it', async () => {
    const bench = await new ServerBench({ pathPrefix: '/sextant' }).start((router) =>
      router.get('/a', ({ path }) => ({ body: path }), open),
    );
    expect((await bench.ask('/sextant/a')).body).toBe('/a');
    for (const path of ['/a', '/sextantx/a', '/']) expect((await bench.ask(path)).status, path).toBe(404);
  });

  it('carries security headers, a request id and a trace; its own headers win', async () => {
    const bench = await new ServerBench().start((router) => {
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
    const bench = new ServerBench();
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
  it('is a token that is limited in scope where the route takes one of its scopes, public ones too', async () => {
    const bench = await new ServerBench().start((router) => {
      router.get('/a', () => ({}));
      router.post('/a', () => ({}));
      router.get('/open', () => ({}), open);
      router.get('/mcp', () => ({}), { scopes: ['mcp'] });
      router.get('/admin', () => ({}), { auth: 'site-admin' });
    });
    const asked = ['GET /a', 'POST /a', 'GET /open', 'GET /mcp', 'GET /admin'];
    const statuses = async (who: string) => {
      const got = [];
      for (const [method = '', path = ''] of asked.map((text) => text.split(' ')))
        got.push((await bench.ask(path, { method, headers: { authorization: `token ${who}` } })).status);
      return got;
    };
    expect(await statuses('reads')).toEqual([200, 403, 200, 403, 403]);
    expect(await statuses('writes')).toEqual([200, 200, 200, 403, 403]);
    expect(await statuses('mcp')).toEqual([403, 403, 403, 200, 403]);
    expect(await statuses('all')).toEqual([200, 200, 200, 200, 200]);
    expect(await bench.errorOf('/admin', { headers: { authorization: 'token reads' } })).toEqual([403, 'SEXTANT_AUTH_SCOPE_REQUIRED']);
  });

  it.each([
    ['public', [200, 200, 200, 200]],
    ['user', [401, 200, 200, 200]],
    ['site-admin', [401, 403, 200, 200]],
    ['internal', [401, 403, 403, 200]],
  ] as const)('%s: anonymous, user, site admin, internal', async (auth, statuses) => {
    const bench = await new ServerBench().start((router) => router.get('/a', () => ({ body: 'ok' }), { auth }));
    const got = [];
    for (const who of [undefined, 'user', 'admin', 'internal'])
      got.push((await bench.ask('/a', { headers: who ? { authorization: `token ${who}` } : {} })).status);
    expect(got).toEqual(statuses);
  });

  it('is a guest too where a user may read, and nowhere else', async () => {
    const bench = await new ServerBench().start((router) => {
      router.get('/a', () => ({}));
      router.post('/a', () => ({}));
      router.get('/admin', () => ({}), { auth: 'site-admin' });
    });
    const asGuest = async (method: string, path: string) =>
      (await bench.ask(path, { method, headers: { authorization: 'token guest' } })).status;
    expect([await asGuest('GET', '/a'), await asGuest('HEAD', '/a'), await asGuest('POST', '/a'), await asGuest('GET', '/admin')]).toEqual([
      200, 200, 401, 401,
    ]);
  });

  it('is a user when the route does not say; a wrong credential is 401 on public routes too', async () => {
    const bench = await new ServerBench().start((router) => {
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

it('a route that proves its callers itself is asked whatever they bring, and they are nobody to it', async () => {
  const bench = await new ServerBench().start((router) =>
    router.post('/hook', ({ actor, headers }) => ({ body: `${actor.kind} ${headers['authorization']}` }), {
      auth: 'own',
      crossOrigin: true,
    }),
  );
  for (const authorization of ['token nobody', 'token admin', 'Basic c2V4dGFudDpzZWNyZXQ='])
    expect(await bench.ask('/hook', { method: 'POST', headers: { authorization } })).toMatchObject({
      status: 200,
      body: `anonymous ${authorization}`,
    });
});

describe('row 26: routes of a plugin that is switched', () => {
  it('come and go under load; no request of another plugin fails, and none is left behind', async () => {
    const bench = await new ServerBench().start((router) => router.get('/steady', () => ({ body: 'ok' }), open));
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
      const entered = Promise.withResolvers<void>();
      const mounted = bench.server.mount('toggled', (router) =>
        router.get(
          '/toggled',
          async () => {
            entered.resolve();
            await new Promise(setImmediate);
            return { body: 'on' };
          },
          open,
        ),
      );
      await entered.promise;
      await mounted[Symbol.asyncDispose]();
    }
    stop = true;
    await Promise.all(load);
    expect(new Set(steady)).toEqual(new Set([200]));
    expect([...toggled].filter((status) => status !== 404)).toEqual([200]);
    expect(await bench.errorOf('/toggled')).toEqual([404, 'SEXTANT_HTTP_NOT_FOUND']);
    expect(bench.server.figures.routes).toBe(1);
  });

  it('finish what they began before their disposal ends', async () => {
    const bench = await new ServerBench().start();
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

describe('what a plugin in plain JavaScript declares wrongly', () => {
  // biome-ignore lint/suspicious/noExplicitAny: as from plain JavaScript
  type Any = any;
  const ok = () => ({ body: 'ok' });
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each<[string, (router: Any) => Any, string]>([
    ['a path that is none', (r) => r.get(7, ok), 'the route GET 7 has no path'],
    ['a handler that is none', (r) => r.get('/x', 'hello'), 'the route GET /x is malformed: its handler is "hello", not a function'],
    ['a role that there is not', (r) => r.get('/x', ok, { auth: 'admin' }), '"auth" is "admin"'],
    ['a timeout in words', (r) => r.get('/x', ok, { timeout: '1s' }), '"timeout" is "1s", not a number of milliseconds'],
    ['a size in words', (r) => r.post('/x', ok, { maxBody: '1MiB' }), '"maxBody" is "1MiB", not a number of bytes'],
    ['scopes in one text', (r) => r.get('/x', ok, { scopes: 'mcp' }), '"scopes" is "mcp", not a list of texts'],
    ['a misspelt option', (r) => r.get('/x', ok, { Auth: 'public' }), 'no "Auth"'],
    ['routes after a wait', async (r) => r.get('/x', ok), 'adds its routes in an async function'],
  ])('is refused when it is mounted: %s', async (_what, declare, reason) => {
    await expect(new ServerBench().start(declare)).rejects.toMatchObject({
      code: 'SEXTANT_HTTP_ROUTE',
      what: expect.stringContaining(reason),
      fix: expect.stringContaining('r.http()'),
    });
  });

  it.each<[string, Any, string]>([
    ['nothing', undefined, 'it is undefined, not an object'],
    ['a bare text', 'hello', 'it is \\"hello\\", not an object'],
    ['a status of text', { status: '200' }, '\\"status\\" is \\"200\\"'],
    ['headers of text', { headers: 'x' }, '\\"headers\\" is \\"x\\"'],
    ['a body that is none', { body: 7 }, '\\"body\\" is 7'],
    ['a body that holds itself', { body: circle }, 'cannot be written as JSON: Converting circular structure to JSON'],
    ['cookies of text', { cookies: 'a=b' }, '\\"cookies\\" is \\"a=b\\"'],
    ['a cookie of two lines', { cookies: ['a=secret\r\nx: y'] }, 'the header \\"set-cookie\\" holds characters'],
    ['a header of a number', { headers: { 'x-a': 7 } }, 'the header \\"x-a\\" is no text'],
    ['a header of two lines', { headers: { 'x-a': 'secret\r\nset-cookie: b' } }, 'the header \\"x-a\\" holds characters'],
    ['a name that no header has', { headers: { 'x a': 'b' } }, 'the header \\"x a\\" holds characters'],
  ])('is refused when it is answered: %s', async (_what, reply, reason) => {
    const bench = await new ServerBench().start((router) => router.get('/x', () => reply, open));
    const { status, body } = await bench.ask('/x');
    expect([status, JSON.parse(body).error.code]).toEqual([500, 'SEXTANT_HTTP_REPLY']);
    expect(body).toContain(reason);
  });
});

it('the cookies of an answer are headers of their own', async () => {
  const bench = await new ServerBench().start((router) => router.get('/a', () => ({ cookies: ['a=1; HttpOnly', 'b=2'] }), open));
  expect((await bench.ask('/a')).headers['set-cookie']).toEqual(['a=1; HttpOnly', 'b=2']);
});
