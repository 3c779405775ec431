import { defineGraphQL, definePart, definePlugin, extensionPoint, serviceToken, z } from '@sextant/sdk';

const id = (n) => `synthetic-${n}`;
const service = (n) => serviceToken(`${id(n)}.numbers@1`);
const point = extensionPoint('synthetic-0.observers@1');

/**
 * Plugins as a real installation has them: each with a configuration, a service that stands on an earlier one's, a
 * contribution, two types with a field of Query, and two routes. Plugin n stands on plugin n/2, so the graph is a tree.
 * @param {number} count
 */
export const syntheticPlugins = (count) => Array.from({ length: count }, (_, n) => syntheticPlugin(n));

export const nameOf = id;

function syntheticPlugin(n) {
  const config = z.object({ step: z.number().default(1) });
  const deps = n === 0 ? {} : { parent: service(Math.floor(n / 2)) };
  return definePlugin({
    id: id(n),
    version: '1.0.0',
    title: id(n),
    summary: 'Stands for a plugin.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    config,
    parts: {
      api: async () => ({
        default: definePart(config)({
          deps,
          register(r) {
            r.provide(service(n), ({ parent }, ctx) => ({ next: () => (parent?.next() ?? 0) + ctx.config.get().step }));
            r.contribute(point, () => ({ plugin: n }));
            r.graphql(async () => ({ default: graphql(n) }));
            r.http((router) => {
              router.get(`/synthetic/${n}`, async () => ({ body: { n } }), { auth: 'public' });
              router.get(`/synthetic/${n}/:item`, async ({ params }) => ({ body: params }), { auth: 'user' });
            });
          },
        }),
      }),
    },
  });
}

const graphql = (n) =>
  defineGraphQL()({
    typeDefs: `
      type Synthetic${n} { id: ID! title: String! count: Int items(first: Int = 10): [Synthetic${n}Item!] }
      type Synthetic${n}Item { id: ID! name: String! parent: Synthetic${n} }
      extend type Query { synthetic${n}: Synthetic${n} @requires(role: PUBLIC) }`,
    resolvers: () => ({
      Query: { [`synthetic${n}`]: () => ({ id: String(n), title: id(n), count: n }) },
      [`Synthetic${n}`]: { items: (_parent, { first }) => Array.from({ length: first }, (_, i) => ({ id: String(i), name: `item ${i}` })) },
      [`Synthetic${n}Item`]: { parent: () => null },
    }),
  });
