import type { Migration } from '@sextant/sdk';

/** Once a migration has run anywhere it never changes; what comes later is another one. */
export const migrations: readonly Migration[] = [
  {
    name: 'create-greetings-1764000000000',
    up: async (db) => {
      await db.query(`
        CREATE TABLE greetings (
          id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          name text NOT NULL,
          text text NOT NULL,
          greeted_at timestamptz NOT NULL DEFAULT now()
        )`);
      await db.query('CREATE INDEX greetings_greeted_at ON greetings (greeted_at)');
    },
  },
];
