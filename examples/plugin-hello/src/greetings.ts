import { defineJob, type Migration, type Storage, type StorageDefinition, z } from '@sextant/sdk';

export const config = z.object({
  word: z.string().min(1).default('Hello').describe('The word that begins a greeting').meta({ live: true }),
});
export const greet = defineJob('hello.greet', { payload: z.object({ name: z.string().min(1).max(100) }) });

/** A migration never changes once it has run anywhere; what comes later is another one. */
const createGreetings: Migration = {
  name: 'create-greetings-1764000000000',
  up: async (db) => void (await db.query('CREATE TABLE greetings (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL)')),
};
export const storage: StorageDefinition = { migrations: async () => [createGreetings] };

export class Greetings {
  constructor(private readonly db: Storage) {}

  async add(text: string): Promise<void> {
    await this.db.query('INSERT INTO greetings (text) VALUES ($1)', [text]);
  }

  async newest(count: number): Promise<string[]> {
    const rows = await this.db.query<{ text: string }>('SELECT text FROM greetings ORDER BY id DESC LIMIT $1', [count]);
    return rows.map(({ text }) => text);
  }
}
