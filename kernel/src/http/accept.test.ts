import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, open, ServerBench } from './a-server.js';

afterEach(closeServers);

const start = (): Promise<ServerBench> =>
  new ServerBench().start((router) => router.get('/long', () => ({ body: { text: 'a'.repeat(5_000) } }), open));

describe('q=0 refuses what it stands at', () => {
  it.each([
    ['gzip', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.0, *', undefined],
    ['gzip;q=0.000, br', undefined],
    ['*;q=0', undefined],
    ['*;q=0, gzip', 'gzip'],
    ['*', 'gzip'],
    ['identity', undefined],
    ['identity;q=0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    ['br;q=1, gzip;q=0.8', 'gzip'],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['', undefined],
  ])('in Accept-Encoding: %s', async (encodings, coding) => {
    const bench = await start();
    const response = await bench.open('/long', { headers: { 'accept-encoding': encodings } });
    response.resume();
    expect(response.headers['content-encoding']).toBe(coding);
  });

  const text = 'text/plain; charset=utf-8';
  const json = 'application/json; charset=utf-8';
  it.each([
    ['*/*', json],
    ['text/html', text],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', text],
    ['text/html;q=0, */*', json],
    ['text/html;q=0.0, application/json', json],
    ['application/json;q=0, */*', text],
    ['application/json;q=0, text/html', text],
    ['text/event-stream', text],
    ['application/graphql-response+json', json],
    ['*/*;q=0', json],
    ['', json],
  ])('in Accept, where an error is text or JSON: %s', async (accept, type) => {
    const bench = await start();
    expect((await bench.ask('/nowhere', { headers: { accept } })).headers['content-type']).toBe(type);
  });
});
