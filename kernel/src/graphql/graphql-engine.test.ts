import {
  type Actor,
  ANONYMOUS,
  type BatchLoad,
  declareErrors,
  encodeNodeId,
  type Logger,
  type NodeKind,
  type PluginStatus,
  type ResolverMap,
  type RouteRequest,
  SextantError,
} from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { GraphQLEngine } from './graphql-engine.js';
import type { GraphQLLimits } from './graphql-limits.js';
import type { GraphQLContribution } from './plugin-schema.js';

declareErrors({ SEXTANT_TEST_MISSING: { status: 404, summary: 'Missing.', fix: 'Look elsewhere.' } });

const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, siteAdmin: true, via: 'local' };
const user: Actor = { kind: 'user', id: 'user:2', userId: 2, siteAdmin: false, via: 'token' };

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

function aLog(lines: LogLine[] = []): Logger {
  const write = (level: string) => (message: string, fields?: object) => void lines.push({ level, message, fields });
  const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log };
  return log;
}

function aPart(
  plugin: string,
  typeDefs: string,
  resolvers: ResolverMap = {},
  more: { extends?: string[]; loaders?: Record<string, BatchLoad> } = {},
): GraphQLContribution {
  return {
    plugin,
    part: { typeDefs, extends: more.extends, resolvers: () => resolvers, loaders: () => more.loaders ?? {} },
    deps: {},
    ctx: { id: plugin } as never,
  };
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted, not typed
  readonly data: any;
  readonly errors: { message: string; path?: unknown; extensions: Record<string, unknown> }[] | undefined;
}

class Bench {
  readonly lines: LogLine[] = [];
  readonly failures: string[] = [];
  readonly nodes: { plugin: string; value: NodeKind; reject(): void }[] = [];
  statuses: PluginStatus[] = [];
  changes = new Events<PluginStatus>();
  readonly engine: GraphQLEngine;

  constructor(parts: readonly GraphQLContribution[] = [], limits: Partial<GraphQLLimits> = {}) {
    this.engine = new GraphQLEngine({
      boundary: new Boundary({
        allows: (plugin) => plugin !== 'resting',
        failed: ({ plugin, name }) => void this.failures.push(`${plugin} ${name}`),
      }),
      log: aLog(this.lines),
      limits,
      plugins: {
        list: () => this.statuses,
        enable: async (id) => this.switch(id, 'active'),
        disable: async (id) => this.switch(id, 'disabled'),
      },
      nodes: () => this.nodes,
      pluginChanges: (signal) => this.changes.listen(signal),
    });
    this.engine.compose(parts);
  }

  onSwitch: (id: string, state: string) => Promise<void> = async () => {};
  async switch(id: string, state: 'active' | 'disabled'): Promise<PluginStatus> {
    await this.onSwitch(id, state);
    const status: PluginStatus = {
      id,
      version: '1.0.0',
      title: id,
      summary: '',
      toggle: 'default-on',
      state,
      phase: undefined,
      reason: undefined,
      code: undefined,
      timings: { init: 3 },
      dependsOn: [],
    };
    this.changes.emit(status);
    return status;
  }

  request(
    body: unknown,
    options: { actor?: Actor; method?: string; headers?: Record<string, string>; query?: string; signal?: AbortSignal } = {},
  ): RouteRequest {
    return {
      method: options.method ?? 'POST',
      path: '/.api/graphql',
      params: {},
      query: new URLSearchParams(options.query),
      headers: { 'content-type': 'application/json', 'x-request-id': 'trace-1', ...options.headers },
      actor: options.actor ?? admin,
      remoteAddress: '127.0.0.1',
      signal: options.signal ?? new AbortController().signal,
      log: aLog(this.lines),
      bytes: async () => Buffer.from(JSON.stringify(body)),
      json: async () => body,
      async *stream() {},
    };
  }

  async ask(query: string, options: { variables?: object; actor?: Actor } = {}): Promise<Answer> {
    const { status, body } = await this.engine.handle(this.request({ query, variables: options.variables }, options));
    return { status: status ?? 200, data: undefined, errors: undefined, ...JSON.parse(body as string) };
  }

  async subscribe(query: string, options: { actor?: Actor; signal?: AbortSignal } = {}): Promise<Stream> {
    const reply = await this.engine.handle(this.request({ query }, { ...options, headers: { accept: 'text/event-stream' } }));
    expect(reply.headers?.['content-type']).toContain('text/event-stream');
    return new Stream(reply.body as AsyncIterable<string>);
  }
}

/** Reads server-sent events; comments are skipped. */
class Stream {
  readonly #chunks: AsyncIterator<string>;
  #buffer = '';
  constructor(body: AsyncIterable<string>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }
  // biome-ignore lint/suspicious/noExplicitAny: see Answer
  async next(): Promise<{ event: string; data: any }> {
    for (;;) {
      const match = /event: (\w+)\ndata:(.*)\n\n/.exec(this.#buffer);
      if (match) {
        this.#buffer = this.#buffer.slice(match.index + match[0].length);
        return { event: match[1]!, data: match[2]!.trim() === '' ? undefined : JSON.parse(match[2]!) };
      }
      const { value, done } = await this.#chunks.next();
      if (done) return { event: 'end', data: undefined };
      this.#buffer += value;
    }
  }
  close(): Promise<unknown> | undefined {
    return this.#chunks.return?.();
  }
}

class Events<T> {
  readonly #listeners = new Set<(event: T) => void>();
  get listeners(): number {
    return this.#listeners.size;
  }
  emit(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  listen(signal?: AbortSignal): AsyncIterableIterator<T> {
    const queue: T[] = [];
    let wake: (() => void) | undefined;
    let over = false;
    const listener = (event: T): void => {
      queue.push(event);
      wake?.();
    };
    const stop = (): void => {
      over = true;
      this.#listeners.delete(listener);
      wake?.();
    };
    this.#listeners.add(listener);
    signal?.addEventListener('abort', stop);
    return {
      next: async () => {
        while (queue.length === 0 && !over) await new Promise<void>((resolve) => (wake = resolve));
        return queue.length > 0 ? { done: false, value: queue.shift()! } : { done: true, value: undefined };
      },
      return: async () => {
        stop();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

const hello = aPart('hello', 'extend type Query { hello(name: String): String @requires(role: PUBLIC) }', {
  Query: { hello: (_p, { name }) => `hello ${name ?? 'you'}` },
});

describe('an operation', () => {
  it('is answered by the resolvers of the plugin that owns its field', async () => {
    const bench = new Bench([hello]);
    expect(await bench.ask('query($n: String) { hello(name: $n) }', { variables: { n: 'world' } })).toEqual({
      status: 200,
      data: { hello: 'hello world' },
      errors: undefined,
    });
  });

  it('is answered as application/json when the client names no type', async () => {
    const reply = await new Bench([hello]).engine.handle(new Bench().request({ query: '{ hello }' }));
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('application/json') } });
  });

  it('batches the keys of a loader once a level, and forgets them with the operation', async () => {
    const batches: unknown[][] = [];
    const byId: BatchLoad = async (keys) => {
      batches.push([...keys]);
      return keys.map((key) => ({ id: key, boss: Number(key) + 10 }));
    };
    const people = aPart(
      'people',
      'type Person { id: Int! boss: Person } extend type Query { people: [Person!] }',
      {
        Query: { people: (_p, _a, op) => Promise.all([1, 2, 3].map((id) => op.loader('byId').load(id))) },
        Person: { boss: (person, _a, op) => op.loader('byId').load(person.boss) },
      },
      { loaders: { byId } },
    );
    const bench = new Bench([people]);
    await bench.ask('{ people { id boss { id } } }');
    expect(batches).toEqual([
      [1, 2, 3],
      [11, 12, 13],
    ]);
    await bench.ask('{ people { id } }');
    expect(batches).toHaveLength(3);
  });

  it('makes a once() value one time for a plugin and operation', async () => {
    let made = 0;
    const counter = aPart('counter', 'extend type Query { a: Int b: Int }', {
      Query: { a: (_p, _a, op) => op.once('n', () => ++made), b: (_p, _a, op) => op.once('n', () => ++made) },
    });
    const bench = new Bench([counter]);
    expect((await bench.ask('{ a b }')).data).toEqual({ a: 1, b: 1 });
    expect((await bench.ask('{ a b }')).data).toEqual({ a: 2, b: 2 });
  });

  it('calls a method of the parent as the code of the plugin that owns the field', async () => {
    const methods = aPart('methods', 'type Thing { size(in: String): String } extend type Query { thing: Thing }', {
      Query: {
        thing: () => ({
          unit: 'MB',
          size({ in: unit }: { in: string }, op: { actor: Actor }) {
            return `${op.actor.id} ${unit} ${(this as unknown as { unit: string }).unit}`;
          },
        }),
      },
    });
    expect((await new Bench([methods]).ask('{ thing { size(in: "kB") } }')).data).toEqual({ thing: { size: 'user:1 kB MB' } });
  });

  it('aborts what its resolvers wait for, and answers with a code, at its deadline', async () => {
    let aborted = false;
    const slow = aPart('slow', 'extend type Query { slow: Int }', {
      Query: {
        slow: (_p, _a, op) =>
          new Promise((_resolve, reject) =>
            op.signal.addEventListener('abort', () => {
              aborted = true;
              reject(op.signal.reason);
            }),
          ),
      },
    });
    const answer = await new Bench([slow], { deadline: 20 }).ask('{ slow }');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'SEXTANT_GRAPHQL_DEADLINE', deadline: 20 });
    expect(aborted).toBe(true);
  });

  it('aborts when its client goes away', async () => {
    const client = new AbortController();
    const seen = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const slow = aPart('slow', 'extend type Query { slow: Int }', {
      Query: {
        slow: (_p, _a, op) =>
          new Promise((_resolve, reject) => {
            op.signal.addEventListener('abort', () => {
              seen.resolve();
              reject(op.signal.reason);
            });
            entered.resolve();
          }),
      },
    });
    const bench = new Bench([slow]);
    const handled = bench.engine.handle(bench.request({ query: '{ slow }' }, { signal: client.signal })).catch(() => undefined);
    await entered.promise;
    client.abort();
    await seen.promise;
    await handled;
  });
});

describe('an error', () => {
  const failing = aPart('failing', 'type Part { size: Int! } extend type Query { coded: Int masked: Int part: Part number: Int }', {
    Query: {
      coded: () => {
        throw new SextantError('SEXTANT_TEST_MISSING', {
          what: 'It is missing.',
          why: 'Nobody put it there.',
          fix: 'Look elsewhere.',
          details: { id: 4 },
          cause: new Error('password=hunter2'),
        });
      },
      masked: async () => {
        throw new Error('connect ECONNREFUSED postgres://sextant:hunter2@db');
      },
      part: () => ({ size: null }),
      number: () => 'hunter2',
    },
  });

  it('with a code reaches the client with its three sentences and its plugin', async () => {
    const answer = await new Bench([failing]).ask('{ coded }');
    expect(answer).toMatchObject({ status: 200, data: { coded: null } });
    expect(answer.errors).toEqual([
      expect.objectContaining({
        path: ['coded'],
        extensions: {
          code: 'SEXTANT_TEST_MISSING',
          plugin: 'failing',
          what: 'It is missing.',
          why: 'Nobody put it there.',
          fix: 'Look elsewhere.',
          id: 4,
        },
      }),
    ]);
  });

  it('row 22: without a code is masked with a trace id and logged whole', async () => {
    const bench = new Bench([failing]);
    const answer = await bench.ask('{ masked coded number }');
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(answer.errors?.find(({ path }) => String(path) === 'masked')?.extensions).toMatchObject({
      code: 'SEXTANT_INTERNAL',
      plugin: 'failing',
      traceId: 'trace-1',
    });
    const logged = bench.lines.filter(({ level }) => level === 'error');
    expect(logged.map(({ fields }) => (fields as { field: string }).field).sort()).toEqual(['Query.masked', 'Query.number']);
    expect(bench.failures).toContain('failing Query.masked');
  });

  it('of a null where a value was promised names the plugin that owns the field', async () => {
    const { errors } = await new Bench([failing]).ask('{ part { size } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SEXTANT_GRAPHQL_RESULT', plugin: 'failing' });
  });

  it('of a resting plugin empties its branch and no more', async () => {
    const resting = aPart('resting', 'extend type Query { rest: Int }', { Query: { rest: () => 1 } });
    // Its resolvers are made before it rests.
    const bench = new Bench([hello]);
    const composition = bench.engine.compose([hello, resting]);
    expect(composition.rejected.map(({ plugin, error }) => [plugin, error.code])).toEqual([['resting', 'SEXTANT_PLUGIN_CIRCUIT_OPEN']]);
    expect((await bench.ask('{ hello }')).data).toEqual({ hello: 'hello you' });
  });

  it('in a document or its variables says where, with status 200 for JSON clients', async () => {
    const bench = new Bench([hello]);
    for (const [query, variables] of [
      ['{ hello', {}],
      ['{ nope }', {}],
      ['query($n: String!) { hello(name: $n) }', {}],
      ['query($n: String) { hello(name: $n) }', { n: {} }],
    ] as const) {
      const answer = await bench.ask(query, { variables });
      expect(answer.status, query).toBe(200);
      expect(answer.errors?.[0]?.extensions, query).toMatchObject({ code: 'SEXTANT_GRAPHQL_INVALID', plugin: 'kernel' });
    }
    expect(bench.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('@requires', () => {
  const secured = aPart(
    'secured',
    `
    type Secret @requires(role: SITE_ADMIN) { word: String }
    type Thing { open: String own: String @requires(role: SITE_ADMIN) }
    extend type Query { open: String @requires(role: PUBLIC) mine: String site: String @requires(role: SITE_ADMIN) secret: Secret @requires(role: PUBLIC) thing: Thing @requires(role: PUBLIC) }
    extend type Subscription { ticks: Int }`,
    {
      Query: {
        open: () => 'open',
        mine: () => 'mine',
        site: () => 'site',
        secret: () => ({ word: 'word' }),
        thing: () => ({ open: 'o', own: 'own' }),
      },
      Subscription: {
        ticks: {
          subscribe: async function* () {
            yield { ticks: 1 };
          },
        },
      },
    },
  );
  const query = '{ open mine site secret { word } thing { open own } }';

  it.each([
    [ANONYMOUS, { open: 'open', mine: null, site: null, secret: { word: null }, thing: { open: 'o', own: null } }, 'SEXTANT_AUTH_REQUIRED'],
    [
      user,
      { open: 'open', mine: 'mine', site: null, secret: { word: null }, thing: { open: 'o', own: null } },
      'SEXTANT_AUTH_SITE_ADMIN_REQUIRED',
    ],
    [admin, { open: 'open', mine: 'mine', site: 'site', secret: { word: 'word' }, thing: { open: 'o', own: 'own' } }, undefined],
  ])('lets $id read what its role allows, a root field needing a user by default', async (actor, data, code) => {
    const bench = new Bench([secured]);
    const answer = await bench.ask(query, { actor });
    expect(answer.data).toEqual(data);
    expect([...new Set(answer.errors?.map(({ extensions }) => extensions['code']))]).toEqual(code ? [code] : []);
    expect(bench.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('holds for subscriptions too', async () => {
    const bench = new Bench([secured]);
    const answer = await bench.subscribe('subscription { ticks }', { actor: ANONYMOUS });
    expect((await answer.next()).data.errors[0].extensions.code).toBe('SEXTANT_AUTH_REQUIRED');
  });
});

describe('row 25: a hostile operation', () => {
  const graph = aPart(
    'graph',
    `
    type Item { id: Int child: Item children(first: Int, last: Int, limit: Int = 5): Items tags: [Item!] }
    type Items { nodes: [Item!] }
    extend type Query { items(first: Int): Items item: Item }`,
    {
      Query: { items: () => ({ nodes: [] }), item: () => ({ id: 1 }) },
    },
  );
  const bench = new Bench([graph]);
  const deep = (depth: number): string => `{ ${'item { '.replace('item', 'item')}${'child { '.repeat(depth)} id ${'} '.repeat(depth)} } }`;
  const aliases = (count: number): string => `{ ${Array.from({ length: count }, (_, i) => `a${i}: item { id }`).join(' ')} }`;
  const bomb = `{ item { ...f0 } } ${Array.from({ length: 60 }, (_, i) => `fragment f${i} on Item { ${i < 59 ? `...f${i + 1} ...f${i + 1}` : 'id'} }`).join(' ')}`;
  const circle = '{ item { ...a } } fragment a on Item { child { ...b } } fragment b on Item { child { ...a } }';

  it.each([
    ['depth 50', deep(50), {}, 'depth'],
    ['1,000 aliases', aliases(1000), {}, 'aliases'],
    ['first: 1e9', '{ items(first: 1000000000) { nodes { id } } }', {}, 'cost'],
    ['first: 1e9 in a variable', 'query($n: Int) { items(first: $n) { nodes { id } } }', { n: 1_000_000_000 }, 'cost'],
    ['first: 1e9 as the default of a variable', 'query($n: Int = 1000000000) { items(first: $n) { nodes { id } } }', {}, 'cost'],
    ['lists that multiply', '{ items(first: 1000) { nodes { children(last: 1000) { nodes { id } } } } }', {}, 'cost'],
    ['lists without a size inside each other', `{ item { ${'tags { '.repeat(8)} id ${'} '.repeat(8)} } }`, {}, 'cost'],
    ['fragments that double each other', bomb, {}, 'fields'],
    ['20,000 tokens', `{ item { ${'id '.repeat(20_000)} } }`, {}, 'tokens'],
  ])('is refused: %s', async (_name, query, variables, limit) => {
    const begun = performance.now();
    const answer = await bench.ask(query, { variables });
    expect(answer.status).toBe(200);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'SEXTANT_GRAPHQL_LIMIT',
      limit,
      what: expect.any(String),
      fix: expect.any(String),
    });
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('is not mistaken for a large but bounded one', async () => {
    for (const query of [deep(20), aliases(400), '{ items(first: 1000) { nodes { id children(first: 20) { nodes { id } } } } }'])
      expect((await bench.ask(query)).errors, query.slice(0, 60)).toBeUndefined();
  });

  it('is refused: fragments in a circle', async () => {
    expect((await bench.ask(circle)).errors?.[0]?.extensions['code']).toBe('SEXTANT_GRAPHQL_INVALID');
  });

  it('is refused: 500 operations in one request', async () => {
    const reply = await bench.engine.handle(bench.request(Array.from({ length: 500 }, () => ({ query: '{ item { id } }' }))));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body as string).errors[0].extensions).toMatchObject({ code: 'SEXTANT_GRAPHQL_BATCH' });
  });

  it('is refused: introspection by anonymous, whether valid or not', async () => {
    for (const query of [
      '{ __schema { types { name } } }',
      '{ __type(name: "Query") { name } }',
      '{ ...q } fragment q on Query { __schema { types { nope } } }',
    ]) {
      expect((await bench.ask(query, { actor: ANONYMOUS })).errors?.[0]?.extensions['code'], query).toBe('SEXTANT_GRAPHQL_INTROSPECTION');
    }
    expect((await bench.ask('{ items2 { id } }', { actor: ANONYMOUS })).errors?.[0]?.message).toBe(
      'Cannot query field "items2" on type "Query".',
    );
    expect((await bench.ask('{ __schema { queryType { name } } }', { actor: user })).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
  });

  it('is refused: a mutation by GET, where a query by GET is answered', async () => {
    const get = (query: string) =>
      bench.engine.handle(bench.request(undefined, { method: 'GET', query: `query=${encodeURIComponent(query)}` }));
    const refused = await get('mutation { disablePlugin(id: "git") { id } }');
    expect(refused.status).toBe(405);
    expect(JSON.parse(refused.body as string).errors[0].extensions['code']).toBe('SEXTANT_GRAPHQL_INVALID');
    expect(JSON.parse((await get('{ item { id } }')).body as string)).toEqual({ data: { item: { id: 1 } } });
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'application/graphql'])(
    'is refused: a CSRF form post as %s',
    async (type) => {
      const reply = await bench.engine.handle(bench.request({ query: '{ item { id } }' }, { headers: { 'content-type': type } }));
      expect(reply.status).toBe(415);
    },
  );

  it.each([
    [null],
    ['text'],
    [{}],
    [{ query: 5 }],
    [{ query: '{ item { id } }', variables: [] }],
    [{ query: '{ item { id } }', operationName: 5 }],
  ])('is refused with 400: %j', async (body) => {
    const reply = await bench.engine.handle(bench.request(body));
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body as string).errors[0].extensions['code']).toBe('SEXTANT_GRAPHQL_REQUEST');
  });
});

describe('node(id)', () => {
  const repositories = aPart('code-host', 'type Repository implements Node { id: ID! name: String }');
  const kind = (load: NodeKind['load']) => ({ plugin: 'code-host', value: { kind: 'Repository', load }, reject: () => {} });
  const query = 'query($id: ID!) { node(id: $id) { __typename id ... on Repository { name } } }';

  it('row 25: gives the owner of the kind the decoded id and the actor, and shows hidden and missing alike', async () => {
    const bench = new Bench([repositories]);
    bench.nodes.push(
      kind(async (id, op) => (id === '7' && op.actor.id === 'user:1' ? { id: encodeNodeId('Repository', id), name: 'r' } : null)),
    );
    const id = encodeNodeId('Repository', 7);
    expect((await bench.ask(query, { variables: { id } })).data).toEqual({ node: { __typename: 'Repository', id, name: 'r' } });
    expect(await bench.ask(query, { variables: { id }, actor: user })).toEqual({ status: 200, data: { node: null }, errors: undefined });
    for (const other of [encodeNodeId('Repository', 8), encodeNodeId('Nope', 7), 'nonsense', ''])
      expect((await bench.ask(query, { variables: { id: other } })).data, other).toEqual({ node: null });
  });

  it('blames the plugin of the kind when it throws', async () => {
    const bench = new Bench([repositories]);
    bench.nodes.push(
      kind(async () => {
        throw new Error('down');
      }),
    );
    expect((await bench.ask(query, { variables: { id: encodeNodeId('Repository', 7) } })).errors?.[0]?.extensions).toMatchObject({
      code: 'SEXTANT_INTERNAL',
      plugin: 'code-host',
    });
  });
});

describe('switching plugins', () => {
  it('lists them to site admins alone', async () => {
    const bench = new Bench();
    bench.statuses = [await bench.switch('git', 'active')];
    const query = '{ plugins { id version title summary toggle state phase reason code dependsOn timings } }';
    expect((await bench.ask(query)).data.plugins).toEqual([
      {
        id: 'git',
        version: '1.0.0',
        title: 'git',
        summary: '',
        toggle: 'DEFAULT_ON',
        state: 'ACTIVE',
        phase: null,
        reason: null,
        code: null,
        dependsOn: [],
        timings: { init: 3 },
      },
    ]);
    expect((await bench.ask(query, { actor: user })).errors?.[0]?.extensions['code']).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
  });

  it('drains the operations that began before, without waiting for the mutation it runs in', async () => {
    const gate = Promise.withResolvers<string>();
    const slow = aPart('slow', 'extend type Query { slow: String }', { Query: { slow: () => gate.promise } });
    const bench = new Bench([hello, slow]);
    const drained: boolean[] = [];
    bench.onSwitch = async () => {
      bench.engine.compose([hello]);
      drained.push(await bench.engine.drained(5));
      gate.resolve('done');
      drained.push(await bench.engine.drained(1000));
    };
    const running = bench.ask('{ slow }');
    const switched = await bench.ask('mutation { disablePlugin(id: "slow") { id state } }');
    expect(switched.data).toEqual({ disablePlugin: { id: 'slow', state: 'DISABLED' } });
    expect(drained).toEqual([false, true]);
    expect((await running).data).toEqual({ slow: 'done' });
    expect((await bench.ask('{ slow }')).errors?.[0]?.extensions['code']).toBe('SEXTANT_GRAPHQL_INVALID');
  });

  it('swaps at once: every concurrent query sees one schema, whole', async () => {
    const version = (n: number): GraphQLContribution =>
      aPart('versioned', `type T { v: Int } extend type Query { v: Int t: T extra${n}: Int }`, {
        Query: {
          v: async () => n,
          t: async () => {
            await new Promise(setImmediate);
            return {};
          },
          [`extra${n}`]: () => n,
        },
        T: { v: () => n },
      });
    const bench = new Bench([version(0)]);
    const answers: Promise<Answer>[] = [];
    for (let n = 1; n <= 20; n++) {
      for (let i = 0; i < 10; i++) answers.push(bench.ask('{ v t { v } }'));
      await null;
      bench.engine.compose([version(n)]);
      await new Promise(setImmediate);
    }
    for (const answer of await Promise.all(answers)) {
      expect(answer.errors).toBeUndefined();
      expect(answer.data.t.v).toBe(answer.data.v);
    }
    expect(bench.engine.figures.running).toBe(0);
  });

  it('holds as many types after 50 switches as before', () => {
    const bench = new Bench([hello]);
    const before = bench.engine.figures.types;
    const extra = aPart('extra', 'type Extra { a: Int } extend type Query { extra: Extra }', { Query: { extra: () => ({ a: 1 }) } });
    for (let i = 0; i < 50; i++) {
      bench.engine.compose([hello, extra]);
      bench.engine.compose([hello]);
    }
    expect(bench.engine.figures).toMatchObject({ types: before, generation: 101, running: 0, subscriptions: 0 });
  });
});

describe('a subscription', () => {
  const events = new Events<{ tick: number }>();
  const ticker = aPart('ticker', 'extend type Subscription { tick: Int }', {
    Subscription: { tick: { subscribe: () => events.listen() } },
  });

  it('delivers events as server-sent events, and closes its source when the client goes away', async () => {
    const source = new Events<{ tick: number }>();
    const bench = new Bench([
      aPart('ticker', 'extend type Subscription { tick: Int }', { Subscription: { tick: { subscribe: () => source.listen() } } }),
    ]);
    const client = new AbortController();
    const stream = await bench.subscribe('subscription { tick }', { signal: client.signal });
    const first = stream.next();
    source.emit({ tick: 1 });
    expect(await first).toEqual({ event: 'next', data: { data: { tick: 1 } } });
    client.abort();
    await expect.poll(() => source.listeners).toBe(0);
    expect(bench.engine.figures.subscriptions).toBe(0);
  });

  it('goes on across a swap on the schema it began with', async () => {
    const bench = new Bench([hello, ticker]);
    const stream = await bench.subscribe('subscription { tick }');
    events.emit({ tick: 1 });
    expect((await stream.next()).data).toEqual({ data: { tick: 1 } });
    bench.engine.compose([ticker]);
    bench.engine.compose([ticker, hello]);
    events.emit({ tick: 2 });
    expect((await stream.next()).data).toEqual({ data: { tick: 2 } });
    bench.engine.close();
    expect((await stream.next()).event).toBe('complete');
  });

  it('ends with a code when the plugin behind it is switched off', async () => {
    const bench = new Bench([hello, ticker]);
    const stream = await bench.subscribe('subscription { tick }');
    bench.engine.compose([hello]);
    expect((await stream.next()).data.errors[0].extensions).toMatchObject({ code: 'SEXTANT_GRAPHQL_PLUGIN_GONE', plugin: 'ticker' });
    expect((await stream.next()).event).toBe('complete');
    expect(bench.engine.figures.subscriptions).toBe(0);
  });

  it('ends a while after its schema was superseded', async () => {
    const bench = new Bench([ticker], { supersededSubscription: 10 });
    const stream = await bench.subscribe('subscription { tick }');
    bench.engine.compose([ticker, hello]);
    expect((await stream.next()).event).toBe('complete');
  });

  it('is refused beyond the number that may run', async () => {
    const bench = new Bench([ticker], { subscriptions: 1 });
    const stream = await bench.subscribe('subscription { tick }');
    const second = await bench.subscribe('subscription { tick }');
    expect((await second.next()).data.errors[0].extensions).toMatchObject({ code: 'SEXTANT_GRAPHQL_LIMIT', limit: 'subscriptions' });
    await stream.close();
  });

  it('tells of plugins that change, of one alone when asked', async () => {
    const bench = new Bench();
    const stream = await bench.subscribe('subscription { pluginChanged(id: "search") { id state } }');
    await bench.switch('git', 'active');
    await bench.switch('search', 'disabled');
    expect((await stream.next()).data).toEqual({ data: { pluginChanged: { id: 'search', state: 'DISABLED' } } });
    await stream.close();
    await expect.poll(() => bench.changes.listeners).toBe(0);
  });
});
