import type { ResolverMap } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { type Composition, GraphQLEngine } from './graphql-engine.js';
import type { GraphQLContribution } from './plugin-schema.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

function anEngine(): GraphQLEngine {
  return new GraphQLEngine({
    boundary: new Boundary({ allows: () => true, failed: () => {} }),
    log: silent,
    plugins: () => ({ list: () => [], enable: () => Promise.reject(new Error()), disable: () => Promise.reject(new Error()) }),
    nodes: () => [],
    pluginChanges: async function* () {},
    processes: async () => [],
  });
}

/** Root fields get a resolver when the test gives none: it is the claims that are composed here. */
function aPart(plugin: string, typeDefs: string, options: { extends?: string[]; resolvers?: ResolverMap } = {}): GraphQLContribution {
  const roots = Object.fromEntries([...typeDefs.matchAll(/extend type Query \{ *(\w+)/g)].map(([, field]) => [field!, () => null]));
  const resolvers = options.resolvers ?? (Object.keys(roots).length > 0 ? { Query: roots } : {});
  return { plugin, part: { typeDefs, extends: options.extends, resolvers: () => resolvers }, deps: {}, ctx: {} as never };
}

const host = aPart(
  'code-host',
  'type Repository implements Node { id: ID! name: String! } enum State { ON OFF } interface Named { name: String! } input Filter { q: String } union Result = Repository',
);
const git = aPart('git', 'type Commit { oid: String! repository: Repository } extend type Repository { head: Commit }', {
  extends: ['Repository'],
});

function outcome({ accepted, rejected }: Composition): { accepted: readonly string[]; rejected: Record<string, string> } {
  return { accepted, rejected: Object.fromEntries(rejected.map(({ plugin, error }) => [plugin, error.code])) };
}

describe('composition', () => {
  it.each(['@pageSize(most: 0)', '@pageSize', '@pageSize(most: "9")'])('leaves out who bounds a page by %s', (directive) => {
    const { rejected } = anEngine().compose([aPart('zz', `extend type Query { all(first: Int): [Int!] ${directive} }`)]);
    expect(rejected.map(({ error }) => error.what)).toEqual(['The GraphQL schema of plugin "zz" has a malformed @pageSize on Query.all.']);
  });

  it('leaves out who asks for a permission that nobody declares, on a field or a type, and takes it when somebody does', () => {
    const engine = anEngine();
    const byField = aPart('zz', 'extend type Query { dig: Int @requires(permission: "GARDENS#DIG") }');
    const byType = aPart('yy', 'type Spade @requires(permission: "GARDENS#DIG") { a: Int } extend type Query { spade: Spade }');
    const without = engine.compose([host, byField, byType], new Set(['GARDENS#WATER']));
    expect(outcome(without)).toEqual({
      accepted: ['code-host'],
      rejected: { yy: 'SEXTANT_GRAPHQL_PERMISSION', zz: 'SEXTANT_GRAPHQL_PERMISSION' },
    });
    expect(without.rejected.map(({ error }) => error.what)).toEqual([
      'Plugin "yy" asks for the permission GARDENS#DIG on Spade, which no active plugin declares.',
      'Plugin "zz" asks for the permission GARDENS#DIG on Query.dig, which no active plugin declares.',
    ]);
    expect(outcome(engine.compose([host, byField, byType], new Set(['GARDENS#DIG']))).rejected).toEqual({});
  });

  it('takes the types of all plugins, and the fields they add to each other', () => {
    const engine = anEngine();
    expect(outcome(engine.compose([git, host]))).toEqual({ accepted: ['code-host', 'git'], rejected: {} });
    expect(engine.ownership().get('Repository')).toBe('code-host');
    expect(engine.ownership().get('Repository.head')).toBe('git');
    expect(engine.ownership().get('Query.node')).toBe('kernel');
    expect(engine.sdl()).toContain('type Repository implements Node {\n  head: Commit\n  id: ID!\n  name: String!\n}');
    expect(engine.sdlOf('git')).toBe(
      'type Commit {\n  oid: String!\n  repository: Repository\n}\n\nextend type Repository {\n  head: Commit\n}\n',
    );
    expect(engine.sdlOf('nobody')).toBeUndefined();
  });

  it.each<[string, GraphQLContribution, string, RegExp]>([
    [
      'a type of another plugin',
      aPart('zz', 'type Repository { a: Int }'),
      'SEXTANT_GRAPHQL_OWNERSHIP',
      /"zz" defines the type Repository, which plugin "code-host" owns/,
    ],
    ['a type of the kernel', aPart('zz', 'type PageInfo { a: Int }'), 'SEXTANT_GRAPHQL_OWNERSHIP', /PageInfo, which the kernel owns/],
    ['a root type', aPart('zz', 'type Query { a: Int }'), 'SEXTANT_GRAPHQL_OWNERSHIP', /extend type Query/],
    ['a directive of the kernel', aPart('zz', 'directive @requires(role: Int) on OBJECT'), 'SEXTANT_GRAPHQL_OWNERSHIP', /@requires/],
    [
      "a field of another plugin's type",
      aPart('zz', 'extend type Repository { name: String }', { extends: ['Repository'] }),
      'SEXTANT_GRAPHQL_OWNERSHIP',
      /field Repository.name, which plugin "code-host" owns/,
    ],
    [
      'a field that another plugin added',
      aPart('zz', 'extend type Repository { head: Int }', { extends: ['Repository'] }),
      'SEXTANT_GRAPHQL_OWNERSHIP',
      /field Repository.head, which plugin "git" owns/,
    ],
    ["a kernel's root field", aPart('zz', 'extend type Query { node: Int }'), 'SEXTANT_GRAPHQL_OWNERSHIP', /Query.node/],
    [
      'an extension it does not list',
      aPart('zz', 'extend type Repository { a: Int }'),
      'SEXTANT_GRAPHQL_EXTENSION',
      /"zz" extends Repository and does not say so/,
    ],
    [
      'a field that is not nullable, on a type of another',
      aPart('zz', 'extend type Repository { a: Int! }', { extends: ['Repository'] }),
      'SEXTANT_GRAPHQL_EXTENSION',
      /Repository.a, which is not nullable, to a type of "code-host"/,
    ],
    [
      'a wider enum',
      aPart('zz', 'extend enum State { HALF }', { extends: ['State'] }),
      'SEXTANT_GRAPHQL_EXTENSION',
      /widens the enum State/,
    ],
    [
      'an interface of another',
      aPart('zz', 'extend interface Named { a: Int }', { extends: ['Named'] }),
      'SEXTANT_GRAPHQL_EXTENSION',
      /Named/,
    ],
    ['an input of another', aPart('zz', 'extend input Filter { a: Int }', { extends: ['Filter'] }), 'SEXTANT_GRAPHQL_EXTENSION', /Filter/],
    [
      "a kernel's type that is no root",
      aPart('zz', 'extend type PageInfo { a: Int }', { extends: ['PageInfo'] }),
      'SEXTANT_GRAPHQL_EXTENSION',
      /only Query, Mutation and Subscription/,
    ],
    [
      'an object that is a union',
      aPart('zz', 'extend type Result { a: Int }', { extends: ['Result'] }),
      'SEXTANT_GRAPHQL_EXTENSION',
      /another kind/,
    ],
    ['a type that nobody defines', aPart('zz', 'type A { b: Nope }'), 'SEXTANT_GRAPHQL_REFERENCE', /the type Nope \(in A.b\)/],
    ['an argument of a type that nobody defines', aPart('zz', 'type A { b(c: Nope): Int }'), 'SEXTANT_GRAPHQL_REFERENCE', /A.b\(c:\)/],
    ['SDL that does not parse', aPart('zz', 'type A {\n b: }'), 'SEXTANT_GRAPHQL_SDL', /line 2/],
    ['a query for SDL', aPart('zz', '{ a }'), 'SEXTANT_GRAPHQL_SDL', /OperationDefinition/],
    ['a type twice', aPart('zz', 'type A { a: Int } type A { b: Int }'), 'SEXTANT_GRAPHQL_SDL', /type A twice/],
    ['a field twice', aPart('zz', 'extend type Query { a: Int } extend type Query { a: Int }'), 'SEXTANT_GRAPHQL_SDL', /Query.a twice/],
    ['a reserved name', aPart('zz', 'type __A { a: Int }'), 'SEXTANT_GRAPHQL_SDL', /__A/],
    [
      'a role that does not exist',
      aPart('zz', 'extend type Query { a: Int @requires(role: KING) }'),
      'SEXTANT_GRAPHQL_SDL',
      /@requires on Query.a/,
    ],
    [
      'an interface it does not fulfil',
      aPart('zz', 'type A implements Node { a: Int }'),
      'SEXTANT_GRAPHQL_SDL',
      /"zz" does not build.*Node.id/,
    ],
    ['an input for an output', aPart('zz', 'type A { a: Filter }'), 'SEXTANT_GRAPHQL_SDL', /does not build/],
    ['a type without fields', aPart('zz', 'type A'), 'SEXTANT_GRAPHQL_SDL', /does not build/],
    [
      'a resolver for nothing',
      aPart('zz', 'type A { a: Int }', { resolvers: { A: { b: () => 1 } } }),
      'SEXTANT_GRAPHQL_RESOLVERS',
      /resolves A.b, which its schema does not define/,
    ],
    [
      "a resolver for another's field",
      aPart('zz', '', { resolvers: { Repository: { name: () => 'x' } } }),
      'SEXTANT_GRAPHQL_RESOLVERS',
      /Repository.name/,
    ],
    [
      'a root field without a resolver',
      aPart('zz', 'extend type Query { a: Int }', { resolvers: {} }),
      'SEXTANT_GRAPHQL_RESOLVERS',
      /no resolver for Query.a/,
    ],
    [
      'a subscription without subscribe',
      aPart('zz', 'extend type Subscription { a: Int }', { resolvers: { Subscription: { a: () => 1 } } }),
      'SEXTANT_GRAPHQL_RESOLVERS',
      /without "subscribe"/,
    ],
    [
      'a value for an enum value that is not',
      aPart('zz', 'enum E { A }', { resolvers: { E: { B: 1 } } }),
      'SEXTANT_GRAPHQL_RESOLVERS',
      /E.B/,
    ],
    [
      'resolvers that throw',
      {
        ...aPart('zz', ''),
        part: {
          typeDefs: '',
          resolvers: () => {
            throw new Error('no database');
          },
        },
      },
      'SEXTANT_GRAPHQL_RESOLVERS',
      /"zz" threw.*no database/,
    ],
  ])('rejects only the culprit, and says what is wrong: %s', (_name, culprit, code, message) => {
    const engine = anEngine();
    const whole = engine.compose([host, git]) && engine.sdl();
    const composition = engine.compose([culprit, git, host]);
    expect(outcome(composition)).toEqual({ accepted: ['code-host', 'git'], rejected: { zz: code } });
    expect(composition.rejected[0]?.error.message).toMatch(message);
    expect(engine.sdl()).toBe(whole);
  });

  it('rejects with a plugin those that need its types, and takes them back with it', () => {
    const engine = anEngine();
    expect(outcome(engine.compose([git]))).toEqual({ accepted: [], rejected: { git: 'SEXTANT_GRAPHQL_REFERENCE' } });
    expect(outcome(engine.compose([git, host])).accepted).toEqual(['code-host', 'git']);
    const broken = aPart('code-host', 'type Repository implements Node { name: String! }');
    expect(outcome(engine.compose([git, broken]))).toEqual({
      accepted: [],
      rejected: { 'code-host': 'SEXTANT_GRAPHQL_SDL', git: 'SEXTANT_GRAPHQL_REFERENCE' },
    });
  });

  it('gives a name to who is left when the plugin that had it is rejected', () => {
    const first = aPart('aa', 'type Thing { nope: Nope }');
    const second = aPart('bb', 'type Thing { a: Int }');
    const third = aPart('cc', 'extend type Query { things: [Thing!] }');
    expect(outcome(anEngine().compose([first, second, third]))).toEqual({
      accepted: ['bb', 'cc'],
      rejected: { aa: 'SEXTANT_GRAPHQL_REFERENCE' },
    });
  });

  it('takes plugins whose types name each other', () => {
    const a = aPart('a', 'type A { b: B }');
    const b = aPart('b', 'type B { a: A }');
    expect(outcome(anEngine().compose([a, b])).accepted).toEqual(['a', 'b']);
    expect(outcome(anEngine().compose([a]))).toEqual({ accepted: [], rejected: { a: 'SEXTANT_GRAPHQL_REFERENCE' } });
  });

  it('takes several parts of one plugin as one', () => {
    const more = aPart('code-host', 'type Connection { repositories: [Repository!] }');
    const engine = anEngine();
    expect(outcome(engine.compose([host, more])).accepted).toEqual(['code-host']);
    expect(engine.ownership().get('Connection')).toBe('code-host');
    expect(outcome(engine.compose([host, aPart('code-host', 'type State { a: Int }')])).rejected).toEqual({
      'code-host': 'SEXTANT_GRAPHQL_SDL',
    });
  });

  it('makes the resolvers of a plugin again only when its parts are others', () => {
    let made = 0;
    const counted: GraphQLContribution = {
      ...host,
      part: {
        ...host.part,
        resolvers: () => {
          made++;
          return {};
        },
      },
    };
    const engine = anEngine();
    engine.compose([counted]);
    engine.compose([counted, git]);
    expect(made).toBe(1);
    engine.compose([{ ...counted, ctx: {} as never }]);
    expect(made).toBe(2);
  });

  it('does not depend on the order of its parts', () => {
    const pool = [
      host,
      git,
      aPart('a-thief', 'type Commit { a: Int }'),
      aPart('b-friend', 'type Friend { commit: Commit } extend type Commit { friend: Friend }', { extends: ['Commit'] }),
      aPart('c-rival', 'extend type Repository { head: Int }', { extends: ['Repository'] }),
      aPart('d-lost', 'type Lost { nope: Nope }'),
      aPart('e-loser', 'extend type Query { lost: Lost }'),
      aPart('f-broken', 'type Broken implements Node { a: Int }'),
      aPart('g-needs-broken', 'extend type Broken { b: Int }', { extends: ['Broken'] }),
      aPart('h-same', 'type Lost { a: Int }'),
    ];
    const engine = anEngine();
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.shuffledSubarray(pool), (parts) => {
        const set = parts
          .map(({ plugin }) => plugin)
          .sort()
          .join();
        const result = JSON.stringify([outcome(engine.compose(parts)), engine.sdl(), [...engine.ownership()]]);
        expect(result).toBe(seen.get(set) ?? result);
        seen.set(set, result);
        // What is in force is whole: it can be composed again to the same.
        const accepted = engine.compose(parts).accepted;
        expect(outcome(engine.compose([...parts].reverse()))).toEqual(JSON.parse(result)[0]);
        expect(outcome(engine.compose(parts.filter(({ plugin }) => accepted.includes(plugin)))).rejected).toEqual({});
      }),
      { numRuns: 60 },
    );
  });
});

describe('resolvers and loaders of plain JavaScript', () => {
  // biome-ignore lint/suspicious/noExplicitAny: as from plain JavaScript
  type Any = any;
  const asked = { Query: { asked: () => 1 } };

  it.each<[string, Any, RegExp]>([
    ['a promise of resolvers', { resolvers: async () => asked }, /by a promise/],
    ['no resolvers', { resolvers: () => undefined }, /as undefined, not as an object/],
    ['a function for a type', { resolvers: () => ({ Query: () => 1 }) }, /resolvers of Query as a function/],
    ['a promise of loaders', { resolvers: () => asked, loaders: async () => ({}) }, /loaders by a promise/],
    ['a loader that is none', { resolvers: () => asked, loaders: () => ({ names: 7 }) }, /loader "names" as 7, not as a function/],
  ])('are left out with what is wrong, and the others stay: %s', (_what, part, reason) => {
    const { accepted, rejected } = anEngine().compose([
      host,
      { plugin: 'wrong', part: { typeDefs: 'extend type Query { asked: Int }', ...part }, deps: {}, ctx: {} as never },
    ]);
    expect(accepted).toEqual(['code-host']);
    expect(rejected).toMatchObject([{ plugin: 'wrong', error: { code: 'SEXTANT_GRAPHQL_RESOLVERS', fix: expect.any(String) } }]);
    expect(rejected[0]!.error.what).toMatch(reason);
  });
});
