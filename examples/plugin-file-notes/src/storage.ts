import type { StorageDefinition } from '@sextant/sdk';

export const storage: StorageDefinition = {
  migrations: async () => [
    {
      name: 'create-notes-1795780000000',
      up: async (db) => {
        await db.query(`
          CREATE TABLE notes (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id int NOT NULL,
            repository_id int NOT NULL,
            path text NOT NULL,
            text text NOT NULL
          )`);
        await db.query('CREATE INDEX notes_user ON notes (user_id, id)');
        await db.query('CREATE INDEX notes_repository ON notes (repository_id)');
      },
    },
  ],
};
