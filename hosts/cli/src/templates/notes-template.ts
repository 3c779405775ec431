import type { PluginNames } from './plugin-names.js';

/** A field, a job, a table and their test, small enough to read in a minute. */
export function notesFiles({ id, camel, title }: PluginNames): Readonly<Record<string, string>> {
  const table = `${id.replaceAll('-', '_')}_notes`;
  return {
    'sextant.config.yaml': `# Start Sextant with this plugin: sextant serve --config sextant.config.yaml\npluginPaths:\n  - .\nplugins:\n  ${id}:\n    greeting: Hello\n`,
    'README.md': `# ${title}

**What it is.** A plugin for Sextant that keeps notes.

**How it is used.** \`mutation { ${camel}Note(text: "…") }\` enqueues a job that writes a note; \`{ ${camel}Notes }\` reads them.

- \`npm install && npm test\` builds it and tests it on a whole Sextant with a database of its own; nothing has to be started beforehand.
- \`sextant serve --config sextant.config.yaml\` runs it, after \`npm run build\`.
- \`src/manifest.ts\` is the front door, \`src/parts/\` has one file for each role it runs in, and what several parts need stands beside them.

**Configuration.** \`plugins.${id}.greeting\` (live) stands before each note.

**Written by hand.** Nothing beyond its own purpose.
`,
    'src/manifest.ts': `import { definePlugin } from '@sextant/sdk';
import { config } from './config.js';

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  title: '${title}',
  summary: 'Keeps notes.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  parts: {
    migrator: () => import('./parts/migrator.js'),
    api: () => import('./parts/api.js'),
    worker: () => import('./parts/worker.js'),
  },
});
`,
    'src/config.ts': `import { z } from '@sextant/sdk';

export const config = z.object({
  greeting: z.string().default('Hello').describe('Stands before each note').meta({ live: true }),
});
`,
    'src/write-note-job.ts': `import { defineJob, z } from '@sextant/sdk';

export const writeNote = defineJob('${id}.write-note', { payload: z.object({ text: z.string().min(1).max(1000) }) });
`,
    'src/storage.ts': `import type { StorageDefinition } from '@sextant/sdk';

/** A migration's name ends in 13 digits: the milliseconds when it was written. It never changes once it has run anywhere. */
export const storage: StorageDefinition = {
  migrations: async () => [
    {
      name: 'create-notes-1763990000000',
      up: async (db) => {
        await db.query('create table ${table} (id int generated always as identity primary key, text text not null, written_at timestamptz not null default now())');
      },
    },
  ],
};
`,
    'src/parts/migrator.ts': `import { definePart } from '@sextant/sdk';
import { config } from '../config.js';
import { storage } from '../storage.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.storage(storage);
  },
});
`,
    'src/parts/api.ts': `import { core, definePart } from '@sextant/sdk';
import { config } from '../config.js';
import { storage } from '../storage.js';

export const deps = { db: core.storage, jobs: core.jobs } as const;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.graphql(() => import('./graphql.js'));
  },
});
`,
    'src/parts/graphql.ts': `import { defineGraphQL } from '@sextant/sdk';
import { writeNote } from '../write-note-job.js';
import type { deps } from './api.js';

export default defineGraphQL<typeof deps>()({
  typeDefs: /* GraphQL */ \`
    extend type Query {
      "Every note, newest first."
      ${camel}Notes(first: Int = 50): [String!]
    }
    extend type Mutation {
      "Writes a note soon. Answers with the id of the job."
      ${camel}Note(text: String!): String
    }
  \`,
  resolvers: ({ db, jobs }) => ({
    Query: {
      ${camel}Notes: async (_parent, { first }: { first: number }) => {
        const rows = await db.query<{ text: string }>('select text from ${table} order by id desc limit $1', [Math.min(Math.max(first, 0), 500)]);
        return rows.map((row) => row.text);
      },
    },
    Mutation: {
      ${camel}Note: (_parent, { text }: { text: string }) => jobs.enqueue(writeNote, { text }),
    },
  }),
});
`,
    'src/parts/worker.ts': `import { core, definePart } from '@sextant/sdk';
import { config } from '../config.js';
import { storage } from '../storage.js';
import { writeNote } from '../write-note-job.js';

export default definePart(config)({
  deps: { db: core.storage },
  register(r) {
    r.storage(storage);
    r.job(writeNote, async ({ text }, { db }, job) => {
      await db.query('insert into ${table} (text) values ($1)', [\`\${job.config.greeting}: \${text}\`]);
    });
  },
});
`,
    'src/plugin.test.ts': `import { startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import manifest from './manifest.js';
import { writeNote } from './write-note-job.js';

it('writes a note by a job, and reads it', async () => {
  const kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { '${id}': { greeting: 'Hi' } } } });
  expect((await kernel.graphql('mutation { ${camel}Note(text: "there") }')).errors).toEqual([]);
  await kernel.jobs.waitFor(writeNote, 'completed');
  expect((await kernel.graphql('{ ${camel}Notes }')).data).toEqual({ ${camel}Notes: ['Hi: there'] });
}, 60_000);
`,
  };
}
