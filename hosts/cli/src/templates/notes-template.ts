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
- \`src/manifest.ts\` says what the plugin is and what it stores, \`src/part.ts\` what it does, \`src/graphql.ts\` what clients can ask.

**Configuration.** \`plugins.${id}.greeting\` (live) stands before each note.

**Written by hand.** Nothing beyond its own purpose.
`,
    'src/manifest.ts': `import { definePlugin, type StorageDefinition, z } from '@sextant/sdk';

export const config = z.object({
  greeting: z.string().default('Hello').describe('Stands before each note').meta({ live: true }),
});

/** A migration's name ends in 13 digits: the milliseconds when it was written. It never changes once it has run anywhere. */
const storage: StorageDefinition = {
  migrations: async () => [
    {
      name: 'create-notes-1763990000000',
      up: async (db) => {
        await db.query('create table ${table} (id int generated always as identity primary key, text text not null, written_at timestamptz not null default now())');
      },
    },
  ],
};

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  title: '${title}',
  summary: 'Keeps notes.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  config,
  storage,
  // Requests come in where the role api runs; jobs run where worker does. One process may have both.
  parts: { notes: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
`,
    'src/part.ts': `import { core, defineJob, definePart, type Jobs, type Storage, z } from '@sextant/sdk';
import { config } from './manifest.js';

const writeNote = defineJob('${id}.write-note', { payload: z.object({ text: z.string().min(1).max(1000) }) });

export class Notes {
  constructor(
    private readonly db: Storage,
    private readonly jobs: Jobs,
  ) {}

  /** Returns the id of the job. */
  writeSoon(text: string): Promise<string> {
    return this.jobs.enqueue(writeNote, { text });
  }

  async write(text: string): Promise<void> {
    await this.db.query('insert into ${table} (text) values ($1)', [text]);
  }

  async newest(count: number): Promise<string[]> {
    const rows = await this.db.query<{ text: string }>('select text from ${table} order by id desc limit $1', [count]);
    return rows.map((row) => row.text);
  }
}

export default definePart(config)({
  deps: { db: core.storage, jobs: core.jobs },
  // Made once when the plugin starts; every callback below gets it first.
  create: ({ db, jobs }) => new Notes(db, jobs),
  register(r) {
    r.graphql(() => import('./graphql.js'));
    r.job(writeNote, (notes, { text }, job) => notes.write(\`\${job.config.greeting}: \${text}\`));
  },
});
`,
    'src/graphql.ts': `import { defineGraphQL } from '@sextant/sdk';
import type part from './part.js';

export default defineGraphQL<typeof part>()({
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
  resolvers: (notes) => ({
    Query: { ${camel}Notes: (_parent, { first }: { first: number }) => notes.newest(Math.min(Math.max(first, 0), 500)) },
    Mutation: { ${camel}Note: (_parent, { text }: { text: string }) => notes.writeSoon(text) },
  }),
});
`,
    'src/plugin.test.ts': `import { startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import manifest from './manifest.js';

it('writes a note by a job, and reads it', async () => {
  const kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { '${id}': { greeting: 'Hi' } } } });
  expect((await kernel.graphql('mutation { ${camel}Note(text: "there") }')).errors).toEqual([]);
  await kernel.jobs.drain();
  expect((await kernel.graphql('{ ${camel}Notes }')).data).toEqual({ ${camel}Notes: ['Hi: there'] });
});
`,
  };
}
