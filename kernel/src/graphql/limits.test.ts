import { type Actor, ANONYMOUS } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { aPart, EngineBench, user } from './an-engine.js';

describe('row 25: a hostile operation', () => {
  const graph = aPart(
    'graph',
    `
    type Item { id: Int child: Item children(first: Int, last: Int, limit: Int = 5): Items tags: [Item!] }
    type Items { nodes: [Item!] }
    enum Colour { MAGENTA TURQUOISE }
    extend type Query { items(first: Int): Items few(first: Int): Items @pageSize(most: 1000) item(colour: Colour): Item never: Item }`,
    {
      Query: {
        items: () => ({ nodes: [] }),
        few: (_parent, { first }) => ({ nodes: [{ id: first as number, children: { nodes: [] } }] }),
        item: () => ({ id: 1 }),
        never: () => new Promise(() => {}),
      },
    },
  );
  const bench = new EngineBench([graph]);
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
    ['lists below one of a bounded page', '{ few(first: 9999999) { nodes { children(last: 1000) { nodes { id } } } } }', {}, 'cost'],
    ['lists without a size inside each other', `{ item { ${'tags { '.repeat(8)} id ${'} '.repeat(8)} } }`, {}, 'cost'],
    ['fragments that double each other', bomb, {}, 'fields'],
    // As the stack of the parser is at the moment: how much it takes for a level depends on how often it ran.
    ['5,000 fragments in each other', `{ ${'...on Query{'.repeat(5000)} item { id } ${'}'.repeat(5000)} }`, {}, 'depth|tokens'],
    ['4,900 lists in each other', `{ items(first: ${'['.repeat(4900)}${']'.repeat(4900)}) { nodes { id } } }`, {}, 'depth'],
    ['20,000 tokens', `{ item { ${'id '.repeat(20_000)} } }`, {}, 'tokens'],
  ])('is refused: %s', async (_name, query, variables, limit) => {
    const begun = performance.now();
    const answer = await bench.ask(query, { variables });
    expect(answer.status).toBe(200);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'SEXTANT_GRAPHQL_LIMIT',
      limit: expect.stringMatching(`^(${limit})$`),
      what: expect.any(String),
      fix: expect.any(String),
    });
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('is not mistaken for a large but bounded one', async () => {
    for (const query of [deep(20), aliases(400), '{ items(first: 1000) { nodes { id children(first: 20) { nodes { id } } } } }'])
      expect((await bench.ask(query)).errors, query.slice(0, 60)).toBeUndefined();
  });

  it('is not mistaken for one that asks for more than a list ever gives, which is given what the list gives', async () => {
    const query = 'query($n: Int!) { few(first: $n) { nodes { id children(first: 20) { nodes { id } } } } }';
    for (const [asked, given] of [
      [9_999_999, 1000],
      [1000, 1000],
      [7, 7],
    ])
      expect(await bench.ask(query, { variables: { n: asked } })).toMatchObject({
        errors: undefined,
        data: { few: { nodes: [{ id: given }] } },
      });
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

  it('learns no name of the schema from a value that is nearly right, but from who may read the schema', async () => {
    const ask = (actor: Actor) =>
      bench.ask('query($c: Colour) { item(colour: $c) { id } }', { actor, variables: { c: 'MAGENTO' } }).then(({ errors }) => errors?.[0]);
    expect(await ask(ANONYMOUS)).toMatchObject({
      extensions: { code: 'SEXTANT_GRAPHQL_INVALID' },
      message: expect.stringContaining('MAGENTO'),
    });
    expect((await ask(ANONYMOUS))?.message).not.toContain('MAGENTA');
    expect((await ask(user))?.message).toContain('Did you mean the enum value "MAGENTA"?');
  });

  it('ends with its client, although its resolver never does', async () => {
    const client = new AbortController();
    const waiting = bench.engine.handle(bench.request({ query: '{ never { id } }' }, { signal: client.signal }));
    await expect.poll(() => bench.engine.figures.running).toBe(1);
    client.abort(new DOMException('The client went away.', 'AbortError'));
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
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
