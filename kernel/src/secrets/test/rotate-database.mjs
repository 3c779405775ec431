// Rotates the keys of a database and says how far it is, as a process that is killed in the middle. Uses the built kernel, as it ships.
import { SecretsAdmin } from '../../../dist/assembly/secrets-admin.js';
import { KeyRing } from '../../../dist/secrets/key-ring.js';
import { Databases } from '../../../dist/storage/databases.js';

const [, , folder, dsn] = process.argv;
const log = { debug() {}, info() {}, warn() {}, error() {} };
const storage = { migrations: async () => [], sealed: [{ table: 'credentials', column: 'sealed' }] };
const keeper = { id: 'keeper', parts: { api: async () => ({ default: { register: (r) => r.storage(storage) } }) } };
const stored = {
  keys: KeyRing.open(folder),
  database: { databases: new Databases({ main: dsn, log }) },
  askForKey: async () => ({ holding: [], lacking: [] }),
  acts: { record: async () => undefined },
};
await new SecretsAdmin([keeper], stored, { now: () => new Date() }).rotate({
  signal: new AbortController().signal,
  progress: (text) => process.send(text),
});
process.send('done', () => process.exit());
