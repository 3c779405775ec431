// Runs migrations that take a while, so that a test can kill this process inside one. Uses the built kernel, as it ships.
import { Databases } from '../../../dist/storage/databases.js';
import { Migrator } from '../../../dist/storage/migrator.js';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const databases = new Databases({ main: process.env.DSN, log });
const migrator = new Migrator({ databases, kernelVersion: '1.0.0', log });
const migrations = Array.from({ length: Number(process.env.STEPS) }, (_, i) => ({
  name: `step-170000000010${i}`,
  up: async (db) => {
    await db.query(`create table step_${i} (id int)`);
    process.send('in a step');
    await db.query('select pg_sleep(0.02)');
  },
}));
process.send('ready');
await migrator.migrate({ plugin: process.env.PLUGIN, database: 'main', migrations });
process.disconnect();
