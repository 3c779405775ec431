// Imports an archive, so that a test can kill this process inside it. Uses the built kernel, as it ships.
import { migrateJobLibrary } from '../../../../dist/jobs/jobs-service.js';
import { Databases } from '../../../../dist/storage/databases.js';
import { Migrator } from '../../../../dist/storage/migrator.js';
import { importDatabases } from '../../../../dist/storage/transfer/import-databases.js';
import { libraryTargets } from '../../../../dist/storage/transfer/test/library.js';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const databases = new Databases({ main: process.env.DSN, log });
const migrator = new Migrator({ databases, kernelVersion: '1.0.0', log });
process.send('begins');
await importDatabases({
  databases,
  migrator,
  targets: libraryTargets(databases),
  prepareJobs: async () => {
    process.send('builds');
    await migrateJobLibrary(databases);
    process.send('built the job library');
  },
  onProgress: () => process.send('loaded a table'),
  file: process.env.FILE,
});
await databases.end();
process.disconnect();
