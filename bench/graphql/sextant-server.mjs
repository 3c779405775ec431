// Run by forked(): a whole Sextant kernel with two plugins that share one schema.
import { defineGraphQL, definePart, definePlugin } from '@sextant/sdk';
import { kernelOf } from '../harness/kernel-of.mjs';
import { resolvers, typeDefs } from './people.mjs';

// Requests are counted as in production, and never refused.
const { dataDir, rateLimit = { perAddress: 1_000_000_000 } } = JSON.parse(process.argv[2]);
const { Query, ...types } = resolvers;

const plugin = (id, field, more) =>
  definePlugin({
    id,
    version: '1.0.0',
    title: id,
    summary: 'Answers a benchmark.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: {
      api: async () => ({
        default: definePart()({
          deps: {},
          register: (r) =>
            r.graphql(async () => ({
              default: defineGraphQL()({
                typeDefs: typeDefs[field].replace('type Query', 'extend type Query'),
                resolvers: () => ({ Query: { [field]: Query[field] }, ...more }),
              }),
            })),
        }),
      }),
    },
  });

const kernel = await kernelOf({
  plugins: [plugin('bench-hello', 'hello', {}), plugin('bench-people', 'people', types)],
  dataDir,
  config: { http: { port: 0, rateLimit } },
});
await kernel.start();
process.send({ url: kernel.url });
process.on('message', async (message) => {
  if (message !== 'stop') return;
  await kernel.stop();
  process.exit(0);
});
