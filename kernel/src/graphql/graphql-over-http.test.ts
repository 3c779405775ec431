import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Actor } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { HttpServer } from '../http/http-server.js';
import { RequestLimiter, type RequestLimits } from '../http/rate-limits/request-limiter.js';
import { GraphQLEngine } from './graphql-engine.js';
import type { GraphQLContribution } from './plugin-schema.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const admin: Actor = { kind: 'user', id: 'user:1', siteAdmin: true, via: 'local' };

let open = 0;
const ticking: GraphQLContribution = {
  plugin: 'ticking',
  part: {
    typeDefs: 'extend type Query { hello(name: String!): String } extend type Subscription { never: Int }',
    resolvers: () => ({
      Query: { hello: (_p, { name }) => `hello ${name}` },
      Subscription: {
        never: {
          subscribe: (): AsyncIterableIterator<unknown> => {
            open++;
            return {
              next: () => new Promise<IteratorResult<unknown>>(() => {}),
              return: async () => {
                open--;
                return { done: true, value: undefined };
              },
              [Symbol.asyncIterator]() {
                return this;
              },
            };
          },
        },
      },
    }),
  },
  deps: {},
  ctx: {} as never,
};
const toggled: GraphQLContribution = {
  plugin: 'toggled',
  part: {
    typeDefs: 'extend type Query { toggled: Int many(first: Int): [Many!] } type Many { one: Int }',
    resolvers: () => ({ Query: { toggled: async () => 1, many: () => [] } }),
  },
  deps: {},
  ctx: {} as never,
};

let engine: GraphQLEngine;
let server: HttpServer;
let port: number;

let requestLimits: RequestLimits;
let actor: Actor;

beforeEach(async () => {
  open = 0;
  actor = admin;
  requestLimits = { enabled: true, window: 60_000, perUser: 10, perAddress: 10, siteAdminFactor: 1 };
  const boundary = new Boundary({ allows: () => true, failed: () => {} });
  engine = new GraphQLEngine({
    boundary,
    log: silent,
    plugins: () => ({ list: () => [], enable: () => Promise.reject(new Error()), disable: () => Promise.reject(new Error()) }),
    nodes: () => [],
    pluginChanges: async function* () {},
    processes: async () => [],
  });
  engine.compose([ticking]);
  server = new HttpServer({
    log: silent,
    boundary,
    options: {
      host: '127.0.0.1',
      port: 0,
      localMode: () => true,
      limiter: new RequestLimiter({ limits: () => requestLimits, now: () => 0 }),
    },
    authenticate: async () => actor,
    runAs: (_actor, work) => work(),
  });
  server.mount('kernel', (router) => {
    router.post('/.api/graphql', (request) => engine.handle(request), { auth: 'public', timeout: 0, maxBody: 4 * 1024 * 1024 });
    router.get('/.api/graphql', (request) => engine.handle(request), { auth: 'public', timeout: 0 });
  });
  port = (await server.listen()).port;
});

afterEach(() => server.close());

const send = (body: Uint8Array | string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
  sendAs(body, { 'content-type': 'application/json', ...headers });

/** With these headers alone. */
function sendAs(body: Uint8Array | string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path: '/.api/graphql',
        method: 'POST',
        headers,
        agent: false,
      },
      resolve,
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

const ask = async (query: string): Promise<{ data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] }> =>
  JSON.parse(await textOf(await send(JSON.stringify({ query }))));

describe('GraphQL over HTTP', () => {
  it('charges an operation by its cost, and answers 429 when the caller has spent too much', async () => {
    engine.compose([ticking, toggled]);
    actor = { ...admin, via: 'token' };
    const ask = async (first: number) => send(JSON.stringify({ query: `{ many(first: ${first}) { one } }` }));
    const cheap = await ask(10);
    expect([cheap.statusCode, cheap.headers['ratelimit']]).toEqual([200, '"default";r=9;t=6']);
    // The request, and 5 times 10,000 of cost.
    const costly = await ask(50_000);
    expect([costly.statusCode, costly.headers['ratelimit']]).toEqual([200, '"default";r=3;t=42']);
    const refused = await ask(50_000);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '18']);
    expect(JSON.parse(await textOf(refused)).errors[0].extensions.code).toBe('SEXTANT_HTTP_RATE_LIMITED');
    // What is left is enough for small ones.
    expect((await ask(10)).statusCode).toBe(200);
    for (const answer of [cheap, costly]) answer.resume();
  });

  const plain = 'application/json; charset=utf-8';
  const response = 'application/graphql-response+json; charset=utf-8';
  it.each<[string, number, string | undefined]>([
    ['*/*', 200, plain],
    ['', 200, plain],
    ['application/json', 200, plain],
    ['application/json; charset=utf-8', 200, plain],
    ['application/graphql-response+json, application/json;q=0.9', 200, response],
    ['application/json;q=0.5, application/graphql-response+json', 200, response],
    ['application/json;q=0, */*', 200, response],
    ['application/graphql-response+json;q=0, application/*', 200, plain],
    ['text/event-stream;q=0, */*', 200, plain],
    ['text/event-stream;q=0.0, application/json', 200, plain],
    ['text/event-stream', 200, 'text/event-stream; charset=utf-8'],
    ['application/json;q=0, application/graphql-response+json;q=0', 406, undefined],
    ['*/*;q=0', 406, undefined],
    ['image/png', 406, undefined],
  ])('answers in a media type that the client accepts: %s', async (accept, status, type) => {
    const answer = await send(JSON.stringify({ query: '{ __typename }' }), { accept });
    answer.resume();
    expect([answer.statusCode, status === 406 ? undefined : answer.headers['content-type']]).toEqual([status, type]);
  });

  it('answers what the src command line sends: gzip, its headers, variables', async () => {
    const body = gzipSync(JSON.stringify({ query: 'query Hello($name: String!) { hello(name: $name) }', variables: { name: 'src' } }));
    const response = await send(body, {
      'content-encoding': 'gzip',
      'content-type': 'application/json; charset=utf-8',
      authorization: 'token sgp_local_0',
      'user-agent': 'src-cli/7.6.0 linux amd64',
      'x-sourcegraph-should-trace': 'true',
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers['x-trace']).toMatch(/\S/);
    expect(JSON.parse(await textOf(response))).toEqual({ data: { hello: 'hello src' } });
  });

  it.each([
    ['src before 6.12', 'token sgp_local_0', { 'content-encoding': 'gzip' }],
    ['the documented curl -d', 'token sgp_local_0', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a program with an OAuth token', 'Bearer sgo_0', { 'content-type': 'text/plain;charset=UTF-8' }],
  ])('reads the body as JSON, whatever its type says, of a client that brings a token: %s', async (_name, authorization, more) => {
    const text = JSON.stringify({ query: '{ hello(name: "x") }' });
    const response = await sendAs('content-encoding' in more ? gzipSync(text) : text, { authorization, ...more });
    expect([response.statusCode, JSON.parse(await textOf(response))]).toEqual([200, { data: { hello: 'hello x' } }]);
  });

  it('refuses the same with a password that browsers repeat by themselves', async () => {
    const response = await sendAs('{"query":"{ hello }"}', { authorization: 'Basic eDp5', 'content-type': 'text/plain' });
    expect([response.statusCode, await textOf(response)]).toEqual([415, expect.stringContaining('SEXTANT_GRAPHQL_CONTENT_TYPE')]);
  });

  it('answers malformed JSON with 400 in the shape of a GraphQL answer', async () => {
    const response = await send('{"query": ');
    expect(response.statusCode).toBe(400);
    expect(JSON.parse(await textOf(response)).errors[0].extensions).toMatchObject({ code: 'SEXTANT_HTTP_JSON', plugin: 'kernel' });
  });

  const hello = '{ hello(name: "x") }';
  const [form, batch] = ['application/x-www-form-urlencoded', Array.from({ length: 500 }, () => ({ query: hello }))];
  it.each<[string, string, Record<string, string>, number, string]>([
    ['depth 50', JSON.stringify({ query: `{ hello ${'{ a '.repeat(50)}${'} '.repeat(50)} }` }), {}, 200, 'SEXTANT_GRAPHQL_LIMIT'],
    [
      '1,000 aliases',
      JSON.stringify({ query: `{ ${Array.from({ length: 1000 }, (_, i) => `a${i}: hello(name: "x")`).join(' ')} }` }),
      {},
      200,
      'SEXTANT_GRAPHQL_LIMIT',
    ],
    ['500 operations in one request', JSON.stringify(batch), {}, 400, 'SEXTANT_GRAPHQL_BATCH'],
    [
      'a form post of a page elsewhere',
      'query=mutation',
      { 'content-type': form, origin: 'http://evil' },
      403,
      'SEXTANT_HTTP_CROSS_ORIGIN',
    ],
    [
      'a form post of a browser that hides where from',
      'query=x',
      { 'content-type': form, origin: 'null' },
      403,
      'SEXTANT_HTTP_CROSS_ORIGIN',
    ],
    ['JSON of a page elsewhere', JSON.stringify({ query: hello }), { 'sec-fetch-site': 'cross-site' }, 403, 'SEXTANT_HTTP_CROSS_ORIGIN'],
    ['a form post of no browser', 'query=mutation', { 'content-type': form }, 415, 'SEXTANT_GRAPHQL_CONTENT_TYPE'],
    ['JSON that says it is text', JSON.stringify({ query: hello }), { 'content-type': 'text/plain' }, 415, 'SEXTANT_GRAPHQL_CONTENT_TYPE'],
    ['5 MiB', JSON.stringify({ query: hello, variables: { x: 'a'.repeat(5 << 20) } }), {}, 413, 'SEXTANT_HTTP_BODY_TOO_LARGE'],
  ])('row 25: refuses %s', async (_name, body, headers, status, code) => {
    const response = await send(body, headers);
    expect([response.statusCode, await textOf(response)]).toEqual([status, expect.stringContaining(`"${code}"`)]);
  });

  it('row 25: refuses a mutation by GET', async () => {
    const get = (query: string) => fetch(`http://127.0.0.1:${port}/.api/graphql?${new URLSearchParams({ query })}`);
    expect((await get('mutation { disablePlugin(id: "ticking") { id } }')).status).toBe(405);
    expect(await (await get(hello)).json()).toEqual({ data: { hello: 'hello x' } });
  });

  it('sends the headers of a subscription at once, and closes its source when the client goes away', async () => {
    const response = await send(JSON.stringify({ query: 'subscription { never }' }), { accept: 'text/event-stream' });
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(open).toBe(1);
    response.destroy();
    await expect.poll(() => [open, engine.figures.subscriptions, server.figures.requests]).toEqual([0, 0, 0]);
  });

  it('row 26: keeps answering while a plugin is switched 20 times under load, and leaves nothing behind', async () => {
    const before = engine.figures.types;
    let stop = false;
    let failed = 0;
    let answered = 0;
    const subscription = await send(JSON.stringify({ query: 'subscription { never }' }), { accept: 'text/event-stream' });
    const load = [1, 2, 3].map(async () => {
      while (!stop) {
        const [steady, other] = await Promise.all([ask('{ hello(name: "x") }'), ask('{ toggled }')]);
        answered += 2;
        if (steady.data?.['hello'] !== 'hello x') failed++;
        if (other.data?.['toggled'] !== 1 && other.errors?.[0]?.extensions.code !== 'SEXTANT_GRAPHQL_INVALID') failed++;
      }
    });
    for (let i = 0; i < 20; i++) {
      engine.compose([ticking, toggled]);
      await ask('{ toggled }');
      engine.compose([ticking]);
      expect(await engine.drained(2_000)).toBe(true);
    }
    stop = true;
    await Promise.all(load);
    expect(failed).toBe(0);
    expect(answered).toBeGreaterThan(20);
    expect(engine.figures).toMatchObject({ types: before, running: 0, subscriptions: 1 });
    expect(open).toBe(1);
    subscription.destroy();
  });

  it('ends its subscriptions when the server drains', async () => {
    const response = await send(JSON.stringify({ query: 'subscription { never }' }), { accept: 'text/event-stream' });
    const text = textOf(response);
    engine.close();
    await server.drain(1_000);
    expect(await text).toBe(':\n\nevent: complete\ndata:\n\n');
    expect(open).toBe(0);
  });
});
