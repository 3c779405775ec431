import { connect } from 'node:net';
import { ReadableStream } from 'node:stream/web';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';

// Requests as no well-meant client writes them: bytes on a socket, through the real server.
let bench: ServerBench;
let reached: string[];
const MAX = 64 * 1024;

async function start(options: ConstructorParameters<typeof ServerBench>[0] = {}): Promise<void> {
  reached = [];
  bench = await new ServerBench({ headersTimeout: 400, bodyTimeout: 200, ...options }).start((router) => {
    router.get('/hello', ({ headers }) => ({ body: `hello ${headers['authorization'] ?? 'you'}` }), open);
    router.post(
      '/json',
      async (request) => {
        const body = await request.json();
        reached.push('json');
        return { body: { got: body } };
      },
      { ...open, maxBody: MAX, timeout: 0 },
    );
    router.put(
      '/stream',
      async (request) => {
        let size = 0;
        for await (const chunk of request.stream()) {
          size += chunk.length;
          reached.push(String(size));
        }
        return { body: { size } };
      },
      { ...open, maxBody: MAX, timeout: 0 },
    );
    router.get(
      '/secret',
      () => {
        reached.push('secret');
        return { body: 'secret' };
      },
      open,
    );
  });
}
beforeEach(() => start());
afterEach(closeServers);

/** Sends `head`, then `drop` again and again until the server has had enough. Resolves with what it answered. */
function drip(head: string, drop: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(bench.port, '127.0.0.1', () => {
      socket.write(head, 'latin1');
      timer = setInterval(() => socket.writable && socket.write(drop, 'latin1'), 20);
    });
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {}); // The server closes while drops are on their way: its answer counts.
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}
const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status as string);
const codeIn = (text: string): string | undefined => /"code":"(\w+)"/.exec(text)?.[1];
const idle = () => expect.poll(() => bench.server.figures.requests).toBe(0);

describe('a client that drips', () => {
  it('its headers is answered 408', async () => {
    const answer = await drip('GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a');
    expect([statuses(answer), codeIn(answer)]).toEqual([['408'], 'SEXTANT_HTTP_TOO_SLOW']);
  });

  it.each<[string, string, string, string, string?]>([
    ['a declared length', 'POST /json', 'Content-Length: 60000', '"'],
    ['chunks', 'POST /json', 'Transfer-Encoding: chunked', '1\r\n"\r\n'],
    ['chunks, into a stream', 'PUT /stream', 'Transfer-Encoding: chunked', '1\r\n"\r\n'],
    // A file name without an end is what this gzip begins with.
    ['gzip, into a stream', 'PUT /stream', 'Content-Encoding: gzip\r\nContent-Length: 60000', 'a', '\x1f\x8b\x08\x08\0\0\0\0\0\x03'],
  ])('its body is given up, though it is never quiet: %s', async (_name, line, header, drop, first = '') => {
    const answer = await drip(`${line} HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n${first}`, drop);
    expect([statuses(answer), codeIn(answer)]).toEqual([['408'], 'SEXTANT_HTTP_TOO_SLOW']);
    expect(reached).not.toContain('json');
    await idle();
  });

  it('is not one whose body comes in many parts, though the route takes its time over each', async () => {
    const bodyOf = async function* () {
      for (let i = 0; i < 3; i++) yield Buffer.alloc(10_000);
    };
    const slow = await new ServerBench({ bodyTimeout: 100 }).start((router) =>
      router.put(
        '/slow',
        async (request) => {
          let size = 0;
          for await (const chunk of request.stream()) {
            size += chunk.length;
            await new Promise((resolve) => setTimeout(resolve, 150));
          }
          return { body: { size } };
        },
        { ...open, maxBody: MAX },
      ),
    );
    const answer = await fetch(`http://127.0.0.1:${slow.port}/slow`, {
      method: 'PUT',
      body: ReadableStream.from(bodyOf()) as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    expect(await answer.json()).toEqual({ size: 30_000 });
  });

  it('and stops in the middle of a chunk leaves nothing behind', async () => {
    const socket = connect(bench.port, '127.0.0.1', () =>
      socket.write('POST /json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf'),
    );
    await expect.poll(() => bench.server.figures.requests).toBe(1);
    socket.destroy();
    await idle();
    expect(reached).toEqual([]);
  });
});

describe('a body that unpacks to thousands of times its size', () => {
  const zeros = Buffer.alloc(256 << 20);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  it.each([
    ['gzip', () => gzipSync(zeros, { level: 1 })],
    ['deflate', () => deflateSync(zeros, { level: 1 })],
    ['br', () => brotliCompressSync(zeros, quick)],
  ])('is refused as soon as it is too large: %s, whole and as a stream', async (encoding, pack) => {
    const bomb = pack().subarray(0, MAX - 1);
    const before = process.memoryUsage().arrayBuffers;
    for (const [method, path] of [
      ['POST', '/json'],
      ['PUT', '/stream'],
    ] as const) {
      const headers = { 'content-encoding': encoding };
      expect(await bench.errorOf(path, { method, body: bomb, headers }), path).toEqual([413, 'SEXTANT_HTTP_BODY_TOO_LARGE']);
    }
    // What the route saw is bounded too, not only what it was given in the end.
    expect(Math.max(0, ...reached.map(Number))).toBeLessThanOrEqual(MAX);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    await idle();
  });

  it('is refused: thousands of empty members of gzip', async () => {
    const empty = gzipSync('');
    const body = Buffer.concat(Array.from({ length: Math.floor(MAX / empty.length) }, () => empty));
    expect(await bench.errorOf('/json', { method: 'POST', body, headers: { 'content-encoding': 'gzip' } })).toEqual([
      400,
      'SEXTANT_HTTP_JSON',
    ]);
  });
});

describe('a request that can be read in two ways is refused', () => {
  const close = 'Connection: close\r\n\r\n';
  it.each([
    ['two Host headers', `GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${close}`],
    ['two equal Host headers', `GET /hello HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n${close}`],
    ['two Authorization headers', `GET /hello HTTP/1.1\r\nHost: x\r\nAuthorization: token user\r\nAuthorization: token admin\r\n${close}`],
    ['a target of another host', `GET http://evil.example/hello HTTP/1.1\r\nHost: localhost\r\n${close}`],
    ['a target with a user', `GET http://user@localhost/hello HTTP/1.1\r\nHost: localhost\r\n${close}`],
    ['another scheme', `GET file://localhost/hello HTTP/1.1\r\nHost: localhost\r\n${close}`],
    ['an asterisk', `OPTIONS * HTTP/1.1\r\nHost: localhost\r\n${close}`],
    ['no slash', `GET hello HTTP/1.1\r\nHost: localhost\r\n${close}`],
    ['no Host header', `GET /hello HTTP/1.1\r\n${close}`],
    ['a length and chunks', `POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}`],
    ['chunked that is not last', `POST /json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    ['a length with a sign', `POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}`],
    ['a blank before the colon', `GET /hello HTTP/1.1\r\nHost : x\r\n${close}`],
    ['a folded header', `GET /hello HTTP/1.1\r\nHost: x\r\nX: a\r\n b: c\r\n${close}`],
    ['a bare line feed in a header', `GET /hello HTTP/1.1\r\nHost: x\r\nX: a\nAuthorization: token admin\r\n${close}`],
    ['a NUL in a header', `GET /hello HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n${close}`],
  ])('%s', async (_name, text) => {
    const answer = await bench.raw(text);
    expect(statuses(answer)).toEqual(['400']);
    expect(answer).not.toContain('hello');
    expect(reached).toEqual([]);
  });

  it('with a code, where it came as far as a request', async () => {
    for (const text of [
      `GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}`,
      `GET http://b/hello HTTP/1.1\r\nHost: a\r\n${close}`,
      `POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ])
      expect(codeIn(await bench.raw(text))).toBe('SEXTANT_HTTP_REQUEST');
  });

  it('in local mode too: the host of the target cannot stand in for a foreign one', async () => {
    await start({ localMode: () => true });
    expect(statuses(await bench.raw(`GET http://localhost/hello HTTP/1.1\r\nHost: evil.example\r\n${close}`))).toEqual(['400']);
    expect(statuses(await bench.raw(`GET http://evil.example/hello HTTP/1.1\r\nHost: evil.example\r\n${close}`))).toEqual(['403']);
    expect(statuses(await bench.raw(`GET http://localhost/hello HTTP/1.1\r\nHost: localhost\r\n${close}`))).toEqual(['200']);
    expect(statuses(await bench.raw('GET /hello HTTP/1.0\r\n\r\n'))).toEqual(['403']);
  });
});

describe('an unusual request', () => {
  const close = 'Connection: close\r\n\r\n';

  it('in the absolute form is answered as in the other', async () => {
    for (const target of ['http://Localhost:80/hello', 'HTTPS://localhost:80/hello?x=1'])
      expect(statuses(await bench.raw(`GET ${target} HTTP/1.1\r\nHost: localhost:80\r\n${close}`)), target).toEqual(['200']);
    expect(statuses(await bench.raw(`GET http://localhost HTTP/1.1\r\nHost: localhost\r\n${close}`))).toEqual(['404']);
  });

  it('of HTTP/1.0 is answered whole, and its connection ends', async () => {
    const answer = await bench.raw('GET /hello HTTP/1.0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/\r\n\r\nhello you$/);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });

  it('with a header line, a target or a number of headers beyond measure is answered 431', async () => {
    const header = await bench.raw(`GET /hello HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(40_000)}\r\n${close}`);
    const target = await bench.raw(`GET /hello?${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n${close}`);
    const many = await bench.raw(`GET /hello HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(6_000)}${close}`);
    for (const answer of [header, target, many])
      expect([statuses(answer), codeIn(answer)]).toEqual([['431'], 'SEXTANT_HTTP_HEADERS_TOO_LARGE']);
  });

  it('in a pipeline is answered in its turn', async () => {
    const body = '{"n":1}';
    const answer = await bench.raw(
      `POST /json HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n${close}`,
    );
    expect(statuses(answer)).toEqual(['200', '404', '200']);
    expect(answer.indexOf('"n":1')).toBeLessThan(answer.indexOf('hello you'));
  });

  it('inside of a body that was refused stays a body', async () => {
    const smuggled = 'GET /secret HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const [line, header] of [
      ['POST /nowhere', ''],
      ['POST /hello', ''],
      ['POST /json', 'Content-Encoding: zstd\r\n'],
      ['POST /json', 'Authorization: token wrong\r\n'],
    ] as const) {
      const answer = await bench.raw(
        `${line} HTTP/1.1\r\nHost: x\r\n${header}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}GET /hello HTTP/1.1\r\nHost: x\r\n${close}`,
      );
      expect(statuses(answer)[0], line).toMatch(/^4/);
      expect(statuses(answer).slice(1), line).toEqual(['200']);
    }
    expect(reached).toEqual([]);
  });
});
