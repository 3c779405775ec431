import type { StorageDefinition } from '@sextant/sdk';

export const storage: StorageDefinition = {
  migrations: async () => [
    {
      name: 'create-pins-1764000000000',
      up: async (db) => {
        await db.query(
          `CREATE TABLE pins (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, repository_id int NOT NULL, text text NOT NULL)`,
        );
      },
    },
  ],
};
