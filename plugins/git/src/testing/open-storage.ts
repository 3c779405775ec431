import type { Logger, Storage } from '@sextant/sdk';
import { migrations } from '../storage/migrations/index.js';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** The plugin's tables in a database of their own. By address, because a test may not import the kernel by name. */
export async function openStorage(): Promise<{ readonly db: Storage; readonly close: () => Promise<void> }> {
  const at = (path: string): string => new URL(`../../../../kernel/src/storage/${path}`, import.meta.url).href;
  const { createTestDatabase } = await import(/* @vite-ignore */ at('test-database.ts'));
  const { Databases } = await import(/* @vite-ignore */ at('databases.ts'));
  const { PluginStorage } = await import(/* @vite-ignore */ at('plugin-storage.ts'));
  const database = await createTestDatabase();
  const databases = new Databases({ main: database.config, log: silent, poolSize: 6 });
  const pool = databases.pool('main');
  await pool.pool.query('create schema plugin_git');
  const db = await PluginStorage.open({ plugin: 'git', pool, log: silent });
  for (const migration of migrations) await migration.up(db);
  return {
    db,
    close: async () => {
      await db.close();
      await databases.end();
      await database.drop();
    },
  };
}
