import { Agent } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';

afterEach(closeServers);

describe('a body', () => {
  const json = Buffer.from(JSON.stringify({ text: 'x'.repeat(2000) }));
  const start = (options: { maxBody?: number } = {}) =>
    new ServerBench({ bodyTimeout: 200 }).start((router) => {
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

describe('a stream', () => {
  it('is closed when its client goes away, though it waits for its next event', async () => {
    const closed = Promise.withResolvers<void>();
    const bench = await new ServerBench().start((router) =>
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

  it('of events is whole, whether they come at once or one by one, and leaves the connection fit for the next', async () => {
    const large = 'x'.repeat(100_000);
    const expected = ['a', 'b', large, 'c', large, 'd'].join('');
    const bench = await new ServerBench().start((router) =>
      router.get(
        '/events/:pace',
        ({ params }) => ({
          headers: { 'content-type': 'text/event-stream' },
          body: (async function* () {
            for (const part of ['a', 'b', large, 'c', large, 'd']) {
              if (params['pace'] === 'slow') await nextTurn();
              yield part;
            }
          })(),
        }),
        open,
      ),
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ['/events/fast', '/events/slow', '/events/fast', '/events/fast']) {
      const response = await bench.open(path, { agent });
      expect((await response.toArray()).join('')).toBe(expected);
    }
    agent.destroy();
  });

  it('is produced no faster than its client reads', async () => {
    let produced = 0;
    const bench = await new ServerBench().start((router) =>
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
    const bench = await new ServerBench().start((router) =>
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
    const bench = await new ServerBench().start((router) => router.get('/a', () => ({ body: { text: 'x'.repeat(5000) } }), open));
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
