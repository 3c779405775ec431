import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, defineGraphQL, definePart, definePlugin } from '@sextant/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LeakWatch } from './leak-watch.js';
import { startTestKernel, type TestKernel } from './start-test-kernel.js';

const CANARY = 'canary-2f7c11';
const base64 = Buffer.from(`ana:${CANARY}`).toString('base64');
const deps = { log: core.log, meter: core.meter } as const;
let watch: LeakWatch;
let kernel: TestKernel;

const leaky = definePlugin({
  id: 'leaky',
  version: '1.0.0',
  title: 'Leaky',
  summary: 'Tells what it should keep.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps,
        register(r) {
          r.graphql(async () => ({
            default: defineGraphQL<typeof deps>()({
              typeDefs: 'extend type Query { leak(where: String!): String }',
              resolvers: ({ log, meter }) => ({
                Query: {
                  leak: async (_parent: unknown, { where }: { readonly where: string }) => {
                    if (where === 'log') log.info(`said ${base64}`);
                    if (where === 'traces') await meter.span('tell', async ({ set }) => set('what', CANARY));
                    return where;
                  },
                },
              }),
            }),
          }));
        },
      }) as never,
    }),
  },
});

beforeAll(async () => {
  watch = await LeakWatch.start([CANARY]);
  kernel = await startTestKernel({ plugins: [leaky], config: { tracing: watch.tracing } });
});
afterAll(() => watch[Symbol.asyncDispose]());

it('finds nothing where nothing is', async () => {
  expect(await watch.leaks(kernel, { said: 'nothing' })).toEqual([]);
});

it('finds a secret in every place, and in other words', async () => {
  await kernel.graphql('{ a: leak(where: "log") b: leak(where: "traces") }');
  writeFileSync(join(kernel.dataDir, 'left-behind'), `x${base64}`);
  const child = spawn('sh', ['-c', 'echo ready; read line', CANARY], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  watch.look();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await gone;
  const found = await watch.leaks(kernel, { said: encodeURIComponent(CANARY) });
  expect([...found].sort()).toEqual(['answers', 'left-behind', 'log', ...(process.platform === 'linux' ? ['process sh'] : []), 'traces']);
});
