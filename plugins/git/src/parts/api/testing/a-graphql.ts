import type { Repository } from '@sextant/plugin-code-host/api';
import type { Actor, Logger, NodeKind, Operation } from '@sextant/sdk';
import { aPerson } from '../../../testing/an-api.js';
import graphql from '../graphql.js';
import type { Api } from '../wiring.js';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** As much of the owner of Repository as the plugin's fields hang on. */
const codeHost = (repositories: Api['repositories']) => ({
  typeDefs: `
    type ExternalLink { url: String! serviceKind: String serviceType: String }
    type Repository implements Node { id: ID! name: String! }
    type User implements Node { id: ID! username: String! }
    extend type Query { repository(name: String): Repository @requires(role: PUBLIC) }`,
  resolvers: () => ({
    Query: { repository: (_: unknown, { name }: { name: string }, op: Operation) => repositories.byName(op.actor, name as never) },
    Repository: { id: ({ id }: Repository) => Buffer.from(`Repository:${id}`).toString('base64') },
    User: { id: ({ id }: { id: number }) => Buffer.from(`User:${id}`).toString('base64') },
  }),
});

export interface Answer {
  /** What the query selects; read it with `at`. */
  readonly data: unknown;
  readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[] | undefined;
}

/** The plugin's fields on the kernel's engine. By address, because a test may not import the kernel by name. */
export async function aGraphQL(
  deps: Api,
  nodes: readonly NodeKind[] = [],
): Promise<(query: string, variables?: object, actor?: Actor) => Promise<Answer>> {
  const at = (path: string): string => new URL(`../../../../../../kernel/src/${path}`, import.meta.url).href;
  const { GraphQLEngine } = await import(/* @vite-ignore */ at('graphql/graphql-engine.ts'));
  const { Boundary } = await import(/* @vite-ignore */ at('boundary/boundary.ts'));
  const engine = new GraphQLEngine({
    boundary: new Boundary({ allows: () => true, failed: () => {} }),
    log: silent,
    limits: {},
    plugins: { list: () => [], enable: async () => undefined, disable: async () => undefined },
    nodes: () => nodes.map((value) => ({ plugin: 'git', value, reject() {} })),
    pluginChanges: async function* () {},
  });
  const { rejected } = engine.compose([
    { plugin: 'code-host', part: codeHost(deps.repositories), deps: {}, ctx: { id: 'code-host' } },
    { plugin: 'git', part: graphql, deps, ctx: { id: 'git' } },
  ]);
  if (rejected.length > 0) throw rejected[0].error;
  return async (query, variables = {}, actor = aPerson()) => {
    const body = Buffer.from(JSON.stringify({ query, variables }));
    const reply = await engine.handle({
      method: 'POST',
      path: '/.api/graphql',
      params: {},
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/json' },
      actor,
      remoteAddress: '127.0.0.1',
      peerAccount: async () => 'owner',
      trace: 'trace-1',
      signal: new AbortController().signal,
      log: silent,
      bytes: async () => body,
      json: async () => JSON.parse(body.toString()),
      async *stream() {
        yield body;
      },
    });
    const parts: Uint8Array[] = [];
    if (typeof reply.body === 'string') return JSON.parse(reply.body);
    for await (const part of reply.body) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
    return JSON.parse(Buffer.concat(parts).toString());
  };
}
