import { type Actor, ANONYMOUS, type BatchLoad, declareErrors, encodeNodeId, type NodeKind, SextantError } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { admin, aPart, EngineBench, hello, user } from './an-engine.js';

declareErrors({ SEXTANT_TEST_MISSING: { status: 404, summary: 'Missing.', fix: 'Look elsewhere.' } });

describe('an operation', () => {
  it('is answered by the resolvers of the plugin that owns its field', async () => {
    const bench = new EngineBench([hello]);
    expect(await bench.ask('query($n: String) { hello(name: $n) }', { variables: { n: 'world' } })).toEqual({
      status: 200,
      data: { hello: 'hello world' },
      errors: undefined,
    });
  });

  it('is answered as application/json when the client names no type', async () => {
    const reply = await new EngineBench([hello]).engine.handle(new EngineBench().request({ query: '{ hello }' }));
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
    const bench = new EngineBench([people]);
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
    const bench = new EngineBench([counter]);
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
    expect((await new EngineBench([methods]).ask('{ thing { size(in: "kB") } }')).data).toEqual({ thing: { size: 'user:1 kB MB' } });
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
    const answer = await new EngineBench([slow], { deadline: 20 }).ask('{ slow }');
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
    const bench = new EngineBench([slow]);
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
    const answer = await new EngineBench([failing]).ask('{ coded }');
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
    const bench = new EngineBench([failing]);
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
    const { errors } = await new EngineBench([failing]).ask('{ part { size } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'SEXTANT_GRAPHQL_RESULT', plugin: 'failing' });
  });

  it('of a resting plugin empties its branch and no more', async () => {
    const resting = aPart('resting', 'extend type Query { rest: Int }', { Query: { rest: () => 1 } });
    // Its resolvers are made before it rests.
    const bench = new EngineBench([hello]);
    const composition = bench.engine.compose([hello, resting]);
    expect(composition.rejected.map(({ plugin, error }) => [plugin, error.code])).toEqual([['resting', 'SEXTANT_PLUGIN_CIRCUIT_OPEN']]);
    expect((await bench.ask('{ hello }')).data).toEqual({ hello: 'hello you' });
  });

  it('in a document or its variables says where, with status 200 for JSON clients', async () => {
    const bench = new EngineBench([hello]);
    for (const [query, variables] of [
      ['{ hello', {}],
      ['{ nope }', {}],
      ['query($n: String!) { hello(name: $n) }', {}],
      ['query($n: String) { hello(name: $n) }', { n: {} }],
      ['query($n: String) { hello(name: $n) }', { n: 1 }],
      ['{ hello(name: 1) }', {}],
    ] as const) {
      const answer = await bench.ask(query, { variables });
      expect(answer.status, query).toBe(200);
      expect(answer.errors?.[0]?.extensions, query).toMatchObject({ code: 'SEXTANT_GRAPHQL_INVALID', plugin: 'kernel' });
      // A sentence, also where another follows.
      expect(answer.errors?.[0]?.message, query).toMatch(/[.?!]$/);
      expect(answer.errors?.[0]?.message, query).not.toMatch(/[^.?!] Correct the place/);
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
    const bench = new EngineBench([secured]);
    const answer = await bench.ask(query, { actor });
    expect(answer.data).toEqual(data);
    expect([...new Set(answer.errors?.map(({ extensions }) => extensions['code']))]).toEqual(code ? [code] : []);
    expect(bench.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets a guest read what a user may, and change nothing', async () => {
    const things = aPart('things', 'extend type Query { mine: String } extend type Mutation { change: String }', {
      Query: { mine: () => 'mine' },
      Mutation: { change: () => 'changed' },
    });
    const bench = new EngineBench([things]);
    const guest = { ...ANONYMOUS, guest: true };
    expect((await bench.ask('{ mine }', { actor: guest })).data).toEqual({ mine: 'mine' });
    const refused = await bench.ask('mutation { change }', { actor: guest });
    expect([refused.data, refused.errors?.[0]?.extensions['code']]).toEqual([{ change: null }, 'SEXTANT_AUTH_REQUIRED']);
  });

  it('lets a token that is limited in scope change nothing without externalapi:write, and administer nothing', async () => {
    const things = aPart(
      'things',
      'extend type Query { mine: String site: String @requires(role: SITE_ADMIN) } extend type Mutation { change: String }',
      { Query: { mine: () => 'mine', site: () => 'site' }, Mutation: { change: () => 'changed' } },
    );
    const bench = new EngineBench([things]);
    const ask = async (query: string, scopes: readonly string[]) => {
      const { data, errors } = await bench.ask(query, { actor: { ...admin, scopes } });
      return errors?.[0]?.extensions['code'] ?? data;
    };
    expect(await ask('{ mine }', ['externalapi:read'])).toEqual({ mine: 'mine' });
    expect(await ask('mutation { change }', ['externalapi:read'])).toBe('SEXTANT_AUTH_SCOPE_REQUIRED');
    expect(await ask('mutation { change }', ['externalapi:write'])).toEqual({ change: 'changed' });
    expect(await ask('{ site }', ['externalapi:write'])).toBe('SEXTANT_AUTH_SCOPE_REQUIRED');
    expect(await ask('{ site }', ['user:all'])).toEqual({ site: 'site' });
  });

  it('lets whoever has a permission read what asks for it, and site admins', async () => {
    const bench = new EngineBench([
      aPart('things', 'extend type Query { owners: String @requires(permission: "OWNERSHIP#ASSIGN") }', {
        Query: { owners: () => 'them' },
      }),
    ]);
    const ask = async (actor: Actor) => (await bench.ask('{ owners }', { actor })).errors?.[0]?.extensions['code'] ?? 'read';
    expect([
      await ask(user),
      await ask({ ...user, permissions: ['OWNERSHIP#READ'] }),
      await ask({ ...user, permissions: ['OWNERSHIP#ASSIGN'] }),
      await ask(admin),
      await ask(ANONYMOUS),
    ]).toEqual(['SEXTANT_AUTH_PERMISSION_REQUIRED', 'SEXTANT_AUTH_PERMISSION_REQUIRED', 'read', 'read', 'SEXTANT_AUTH_REQUIRED']);
  });

  it('holds for subscriptions too', async () => {
    const bench = new EngineBench([secured]);
    const answer = await bench.subscribe('subscription { ticks }', { actor: ANONYMOUS });
    expect(await answer.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'SEXTANT_AUTH_REQUIRED' } }] } });
  });
});

describe('node(id)', () => {
  const repositories = aPart('code-host', 'type Repository implements Node { id: ID! name: String }');
  const kind = (load: NodeKind['load']) => ({ plugin: 'code-host', value: { kind: 'Repository', load }, reject: () => {} });
  const query = 'query($id: ID!) { node(id: $id) { __typename id ... on Repository { name } } }';

  it('row 25: gives the owner of the kind the decoded id and the actor, and shows hidden and missing alike', async () => {
    const bench = new EngineBench([repositories]);
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
    const bench = new EngineBench([repositories]);
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
