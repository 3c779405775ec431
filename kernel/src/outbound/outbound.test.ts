import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type OutboundRequest, SextantError } from '@sextant/sdk';
import { silentLog } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { startTracing } from '../observability/start-tracing.js';
import { TestCollector } from '../observability/test-collector.js';
import { Outbound, type OutboundOptions } from './outbound.js';
import type { EndedRequest } from './outbound-log.js';
import { aServer, names } from './test/a-network.js';

const SECRET = 'hunter2-canary';

async function failureOf(work: Promise<unknown>): Promise<SextantError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!SextantError.is(error)) throw new Error('it did not fail with one of our errors', { cause: error });
  return error;
}

/** An outbound whose environment has no proxy, whatever the machine's has. */
const anOutbound = (options: OutboundOptions = {}): Outbound => new Outbound({ proxy: { noProxy: '*' }, ...options });
const ask = (url: string, request?: OutboundRequest, options?: OutboundOptions): Promise<Response> =>
  anOutbound(options).of('test').fetch(url, request);

describe('a URL of a person (row 21)', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[fd00::1]/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://100.64.0.1/',
  ])('%s is refused', async (url) => {
    expect(await failureOf(ask(url))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS', status: 403 });
  });

  it.each([
    ['a name of this machine', ['127.0.0.1']],
    ['a name of the own network', ['10.0.0.8']],
    ['a name of the metadata', ['169.254.169.254']],
    ['a public address beside one of this machine', ['93.184.215.14', '127.0.0.1']],
    ['an IPv6 form of this machine', ['::ffff:127.0.0.1']],
  ])('that has %s is refused, and nothing is asked', async (_what, addresses) => {
    await using server = await aServer((_request, response) => response.end('inside'));
    const resolve = names({ 'hook.example.com': [addresses] });
    const error = await failureOf(ask(`http://hook.example.com:${server.port}/`, {}, { lookup: resolve }));
    expect(error).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
    expect(error.message).not.toContain(addresses[0]);
    expect(server.seen).toHaveLength(0);
  });

  it('that is bound anew after the check is never followed there: the connection goes to what was checked', async () => {
    await using server = await aServer((_request, response) => response.end('inside'));
    const resolve = names({ 'rebind.example.com': [['192.88.99.1'], ['127.0.0.1']] });
    const allowed = { lookup: resolve, allow: ['192.88.99.0/24'] };
    const outbound = anOutbound(allowed).of('test');
    const url = `http://rebind.example.com:${server.port}/`;
    // The first answer is allowed and leads nowhere; were the name looked up again to connect, the server would be reached.
    expect(await failureOf(outbound.fetch(url, { timeout: 300 }))).toMatchObject({ code: 'SEXTANT_OUTBOUND_FAILED' });
    expect(resolve.asked).toHaveLength(1);
    expect(await failureOf(outbound.fetch(url))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
    expect(server.seen).toHaveLength(0);
  });

  it('is let through to a host inside that an admin allows, and to no other', async () => {
    await using server = await aServer((_request, response) => response.end('hello'));
    const options = {
      lookup: names({ 'git.corp.example': [['127.0.0.1']], 'other.example': [['127.0.0.1']] }),
      allow: ['*.corp.example'],
    };
    expect(await (await ask(`http://git.corp.example:${server.port}/`, {}, options)).text()).toBe('hello');
    expect(await failureOf(ask(`http://other.example:${server.port}/`, {}, options))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });

  it('takes no connection that an admin’s URL opened', async () => {
    await using server = await aServer((_request, response) => response.end('hello'));
    const outbound = anOutbound({ lookup: names({ 'git.example': [['127.0.0.1']] }) }).of('test');
    const url = `http://git.example:${server.port}/`;
    await (await outbound.fetch(url, { from: 'admin' })).text();
    expect(await failureOf(outbound.fetch(url))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });

  it.each([
    ['ftp://example.com/', 'not an http'],
    ['file:///etc/passwd', 'not an http'],
    ['no url', 'not an http'],
    [`https://bob:${SECRET}@example.com/`, 'a user or a password'],
    ['http://8.8.8.8:25/', 'Port 25'],
  ])('%s is malformed: %s', async (url, why) => {
    const error = await failureOf(ask(url));
    expect(error).toMatchObject({ code: 'SEXTANT_OUTBOUND_URL', why: expect.stringContaining(why) });
    expect(error.message).not.toContain(SECRET);
  });
});

describe('a URL of an admin', () => {
  it('reaches private networks, and no metadata', async () => {
    await using server = await aServer((_request, response) => response.end('hello'));
    const answer = await ask(`http://127.0.0.1:${server.port}/a?b`, { from: 'admin' });
    expect([answer.status, await answer.text(), answer.url]).toEqual([200, 'hello', `http://127.0.0.1:${server.port}/a?b`]);
    expect(server.seen[0]?.headers['user-agent']).toMatch(/^Sextant\//);
    expect(await failureOf(ask('http://169.254.169.254/', { from: 'admin' }))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });

  it.each([
    ['http://169.254.169.254/latest', 'a metadata address'],
    ['http://10.9.9.9/', 'another host inside'],
    ['http://[::1]:1/', 'this machine by another name'],
  ])('does not lead to %s by a redirect: %s', async (location) => {
    await using server = await aServer((_request, response) => response.writeHead(302, { location }).end());
    expect(await failureOf(ask(`http://127.0.0.1:${server.port}/`, { from: 'admin' }))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });
});

describe('a redirect', () => {
  it('is followed with credentials on the same server, and without any to another', async () => {
    await using other = await aServer((_request, response) => response.end('there'));
    await using server = await aServer((request, response) =>
      response.writeHead(302, { location: request.url === '/a' ? '/b' : `http://127.0.0.1:${other.port}/` }).end(),
    );
    const headers = { authorization: SECRET, 'private-token': SECRET, cookie: SECRET, accept: 'text/plain' };
    expect(await (await ask(`http://127.0.0.1:${server.port}/a`, { from: 'admin', headers })).text()).toBe('there');
    expect(server.seen.map(({ headers }) => headers['private-token'])).toEqual([SECRET, SECRET]);
    expect(JSON.stringify(other.seen[0]?.rawHeaders)).not.toContain(SECRET);
    expect(other.seen[0]?.headers.accept).toBe('text/plain');
  });

  it('ends after five', async () => {
    await using server = await aServer((_request, response) => response.writeHead(302, { location: '/' }).end());
    expect(await failureOf(ask(`http://127.0.0.1:${server.port}/`, { from: 'admin' }))).toMatchObject({
      code: 'SEXTANT_OUTBOUND_REDIRECT',
    });
    expect(server.seen).toHaveLength(6);
  });

  it.each([
    [303, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'sent'],
    [308, 'PUT', 'PUT', 'sent'],
    [302, 'PUT', 'PUT', 'sent'],
  ])('with status %s makes a %s a %s', async (status, method, then, body) => {
    const got: string[] = [];
    await using server = await aServer((request, response) => {
      if (request.url === '/') return void response.writeHead(status, { location: '/b' }).end();
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        got.push(`${request.method} ${Buffer.concat(chunks).toString()}`);
        response.end();
      });
    });
    await ask(`http://127.0.0.1:${server.port}/`, { from: 'admin', method, body: 'sent' });
    expect(got).toEqual([`${then} ${body}`]);
  });

  it('takes what was sent to no other server', async () => {
    await using other = await aServer((_request, response) => response.end());
    await using server = await aServer((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end(),
    );
    const error = await failureOf(ask(`http://127.0.0.1:${server.port}/`, { from: 'admin', method: 'POST', body: SECRET }));
    expect(error.code).toBe('SEXTANT_OUTBOUND_REDIRECT');
    expect(other.seen).toHaveLength(0);
  });

  it('is given back when asked for', async () => {
    await using server = await aServer((_request, response) => response.writeHead(302, { location: '/b' }).end());
    const answer = await ask(`http://127.0.0.1:${server.port}/`, { from: 'admin', redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/b']);
  });
});

describe('an answer', () => {
  it('is read up to the limit, after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    await using server = await aServer((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const answer = await ask(`http://127.0.0.1:${server.port}/`, { from: 'admin', maxBody: 100_000 });
    expect(await failureOf(answer.text())).toMatchObject({ code: 'SEXTANT_OUTBOUND_TOO_LARGE' });
    expect((await (await ask(`http://127.0.0.1:${server.port}/`, { from: 'admin' })).bytes()).length).toBe(1_000_000);
  });

  it.each([204, 304])('with status %s has no body', async (status) => {
    await using server = await aServer((_request, response) => response.writeHead(status).end());
    expect((await ask(`http://127.0.0.1:${server.port}/`, { from: 'admin' })).body).toBeNull();
  });

  it('has a deadline, which holds for the body too', async () => {
    await using server = await aServer((request, response) => void (request.url === '/body' && response.write('begun')));
    const base = `http://127.0.0.1:${server.port}`;
    const late = { code: 'SEXTANT_OUTBOUND_FAILED', details: { reason: 'timeout' } };
    expect(await failureOf(ask(`${base}/`, { from: 'admin', timeout: 100 }))).toMatchObject(late);
    const answer = await ask(`${base}/body`, { from: 'admin', timeout: 1_500 });
    expect(await failureOf(answer.text())).toMatchObject(late);
  });

  it('ends with the caller’s own reason when it is stopped', async () => {
    const controller = new AbortController();
    await using server = await aServer(() => controller.abort(new Error('enough')));
    await expect(ask(`http://127.0.0.1:${server.port}/`, { from: 'admin', signal: controller.signal })).rejects.toThrow('enough');
  });

  it('that breaks off says so', async () => {
    await using server = await aServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x', () => response.destroy());
    });
    const answer = await ask(`http://127.0.0.1:${server.port}/`, { from: 'admin' });
    expect(await failureOf(answer.text())).toMatchObject({ code: 'SEXTANT_OUTBOUND_FAILED' });
  });
});

describe('what fails', () => {
  it('says why, and never a secret of the URL', async () => {
    await using gone = await aServer((_request, response) => response.end());
    const { port } = gone;
    await gone[Symbol.asyncDispose]();
    const refusedError = await failureOf(ask(`http://127.0.0.1:${port}/${SECRET}?token=${SECRET}`, { from: 'admin' }));
    expect(refusedError).toMatchObject({
      code: 'SEXTANT_OUTBOUND_FAILED',
      why: expect.stringContaining('Nothing listens'),
      details: { reason: 'refused' },
    });
    expect(`${refusedError.message}${JSON.stringify(refusedError.details)}`).not.toContain(SECRET);
    const unknown = await failureOf(ask('http://gone.example/', {}, { lookup: names({}) }));
    expect(unknown).toMatchObject({ details: { reason: 'name' } });
    await using plain = await aServer((_request, response) => response.end());
    expect(await failureOf(ask(`https://127.0.0.1:${plain.port}/`, { from: 'admin' }))).toMatchObject({ details: { reason: 'tls' } });
  });
});

it.each(['a\nb', 'a\r\nx-other: b', 'a\0b', 'ключ'])('a token such as %j is refused, and stands nowhere (row 22)', async (rest) => {
  const error = await failureOf(ask('http://127.0.0.1:1/', { from: 'admin', headers: { authorization: `${SECRET}${rest}` } }));
  expect([error.code, error.cause]).toEqual(['SEXTANT_OUTBOUND_HEADER', undefined]);
  expect(`${error.stack}${error.message}`).not.toContain(SECRET);
});

describe('a proxy', () => {
  it('is used as the environment says, and no address inside is asked of it', async () => {
    await using target = await aServer((_request, response) => response.end('direct'));
    const tunnels: string[] = [];
    await using proxy = await aServer((request, response) => {
      tunnels.push(`${request.method} ${request.url}`);
      response.end('by proxy');
    });
    const options = {
      lookup: names({ 'inside.example': [['10.0.0.1']] }),
      proxy: { httpProxy: `http://127.0.0.1:${proxy.port}`, noProxy: '127.0.0.1' },
    };
    expect(await (await ask('http://public.example/a', {}, options)).text()).toBe('by proxy');
    expect(await (await ask(`http://127.0.0.1:${target.port}/`, { from: 'admin' }, options)).text()).toBe('direct');
    expect(await failureOf(ask('http://inside.example/', {}, options))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
    expect(await failureOf(ask('http://169.254.169.254/', {}, options))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
    expect(tunnels).toEqual(['GET http://public.example/a']);
  });

  it('carries https through a tunnel', async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const options = { lookup: names({}), proxy: { httpsProxy: `http://127.0.0.1:${port}`, noProxy: '' } };
    expect(await failureOf(ask('https://public.example/', {}, options))).toMatchObject({ code: 'SEXTANT_OUTBOUND_FAILED' });
    expect(asked).toEqual(['public.example:443']);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
});

describe('the addresses for a program that connects by itself', () => {
  const lookup = names({
    'git.example': [['192.88.99.1', '2001:db8::1']],
    'both.example': [['192.88.99.1'], ['127.0.0.1']],
    'inside.example': [['10.0.0.1']],
    'metadata.example': [['169.254.169.254']],
  });
  const resolve = (url: string, from?: 'person' | 'admin', options: OutboundOptions = {}): Promise<readonly string[]> =>
    anOutbound({ lookup, allow: ['192.88.99.1', '2001:db8::/32'], ...options })
      .of('test')
      .resolve(url, from ? { from } : {});

  it('are all of a name’s, once each of them was checked', async () => {
    expect(await resolve('https://git.example/a.git')).toEqual(['192.88.99.1', '2001:db8::1']);
    expect(await resolve('ssh://git@git.example:2222/a.git')).toEqual(['192.88.99.1', '2001:db8::1']);
    expect(await resolve('http://inside.example/', 'admin')).toEqual(['10.0.0.1']);
    expect(await failureOf(resolve('http://inside.example/'))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
    expect(await failureOf(resolve('ssh://git@metadata.example/', 'admin'))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });

  it('are those of this very look-up', async () => {
    expect(await resolve('http://both.example/')).toEqual(['192.88.99.1']);
    expect(await failureOf(resolve('http://both.example/'))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });

  it.each([
    ['ssh://git@0x7f.1/a', ['127.0.0.1']],
    ['https://[::1]:8443/a', ['::1']],
    ['http://2130706433/a', ['127.0.0.1']],
  ])('of %s are %j, which a person may not reach', async (url, addresses) => {
    expect(await resolve(url, 'admin')).toEqual(addresses);
    expect(await failureOf(resolve(url))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
  });

  it('are none where a proxy alone knows the name, which ssh does not go by', async () => {
    const proxy = { proxy: { httpProxy: 'http://127.0.0.1:1', noProxy: '' } };
    expect(await resolve('https://public.example/', 'person', proxy)).toEqual([]);
    expect(await failureOf(resolve('https://metadata.example/', 'admin', proxy))).toMatchObject({ code: 'SEXTANT_OUTBOUND_ADDRESS' });
    const noName = { code: 'SEXTANT_OUTBOUND_FAILED', details: { reason: 'name' } };
    expect(await failureOf(resolve('ssh://git@public.example/', 'person', proxy))).toMatchObject(noName);
    expect(await failureOf(resolve('https://public.example/'))).toMatchObject(noName);
  });

  it.each(['git://git.example/a', 'file:///a', `https://bob:${SECRET}@git.example/a`, 'no url'])('of %s are refused', async (url) => {
    const error = await failureOf(resolve(url));
    expect(error).toMatchObject({ code: 'SEXTANT_OUTBOUND_URL' });
    expect(error.message).not.toContain(SECRET);
  });
});

it('a request is part of the trace it is made in', async () => {
  await using collector = await TestCollector.start();
  await using server = await aServer((_request, response) => response.writeHead(404).end());
  const tracing = await startTracing({
    otlpEndpoint: collector.url,
    otlpTimeout: 5_000,
    sampleRatio: 1,
    serviceName: 'test',
    version: '1.0.0',
    instance: 'test',
    roles: [],
    log: silentLog,
  });
  const outbound = anOutbound({ tracing }).of('test');
  const url = `http://127.0.0.1:${server.port}/${SECRET}`;
  const ask = (): Promise<Response> => outbound.fetch(url, { from: 'admin' });
  expect((await tracing.request('outer', { headers: {}, asked: true }, ask)).status).toBe(404);
  await tracing[Symbol.asyncDispose]();
  expect(collector.named('GET')).toMatchObject([
    { kind: 'client', failed: true, attributes: { 'http.response.status_code': 404, 'server.address': '127.0.0.1' } },
  ]);
  expect(collector.received).not.toContain(SECRET);
});

it('every request is told to the log, refused ones and hops included', async () => {
  const told: EndedRequest[] = [];
  await using server = await aServer((request, response) =>
    request.url === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end(),
  );
  const outbound = anOutbound({ log: { record: (ended) => void told.push(ended) } }).of('test');
  await outbound.fetch(`http://127.0.0.1:${server.port}/a`, { from: 'admin' });
  await failureOf(outbound.fetch('http://127.0.0.1/'));
  expect(
    told.map(({ plugin, hop, response, error }) => [plugin, hop.url.pathname, response?.status, SextantError.is(error) && error.code]),
  ).toEqual([
    ['test', '/a', 302, false],
    ['test', '/b', 200, false],
    ['test', '/', undefined, 'SEXTANT_OUTBOUND_ADDRESS'],
  ]);
});
