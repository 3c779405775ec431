import { core, defineGraphQL, defineJob, definePart, definePlugin, type StorageDefinition, z } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { startTestKernel } from './start-test-kernel.js';

const note = defineJob('demo.write-note', { payload: z.object({ text: z.string() }) });
const storage: StorageDefinition = {
  migrations: async () => [
    { name: 'create-notes-1763990000000', up: async (db) => void (await db.query('create table notes (text text not null)')) },
  ],
};
const deps = { db: core.storage, jobs: core.jobs };

const demo = definePlugin({
  id: 'demo',
  version: '1.0.0',
  title: 'Demo',
  summary: 'Writes notes.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps,
        register(r) {
          r.storage(storage);
          r.graphql(async () => ({
            default: defineGraphQL<typeof deps>()({
              typeDefs:
                'extend type Query { notes: [String!] @requires(role: PUBLIC) } extend type Mutation { note(text: String!): String }',
              resolvers: ({ db, jobs }) => ({
                Query: { notes: async () => (await db.query<{ text: string }>('select text from notes order by text')).map((n) => n.text) },
                Mutation: { note: (_p, { text }: { text: string }) => db.transaction((tx) => jobs.enqueue(note, { text }, { tx })) },
              }),
            }),
          }));
          r.http((router, { db }) =>
            router.get('/demo/count', async () => ({ body: { count: (await db.query('select 1 from notes')).length } }), {
              auth: 'public',
            }),
          );
        },
      }),
    }),
    worker: async () => ({
      default: definePart()({
        deps: { db: core.storage },
        register(r) {
          r.storage(storage);
          r.job(note, async ({ text }, { db }) => void (await db.query('insert into notes values ($1)', [text])));
        },
      }),
    }),
  },
});

describe('a test kernel', () => {
  it('runs a plugin with a field, a job, a table and a route', async () => {
    const kernel = await startTestKernel({ plugins: [demo] });
    expect(kernel.plugin('demo')).toMatchObject({ state: 'active' });
    await kernel.jobs.enqueue(note, { text: 'hello' });
    await kernel.jobs.waitFor(note, 'completed');
    expect(await kernel.graphql('{ notes }')).toEqual({ data: { notes: ['hello'] }, errors: [] });
    expect(await (await kernel.fetch('/demo/count')).json()).toEqual({ count: 1 });
  });

  it('takes a plugin away and brings it back, schema, route and all', async () => {
    const kernel = await startTestKernel({ plugins: [demo] });
    await kernel.kernel.switchboard.disable('demo');
    expect((await kernel.graphql('{ notes }')).errors[0]?.message).toContain('Cannot query field "notes"');
    expect((await kernel.fetch('/demo/count')).status).toBe(404);
    await kernel.kernel.switchboard.enable('demo');
    expect(await kernel.graphql('{ notes }')).toEqual({ data: { notes: [] }, errors: [] });
    expect((await kernel.fetch('/demo/count')).status).toBe(200);
  });
});
