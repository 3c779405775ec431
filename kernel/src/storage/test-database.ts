import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of a test's own, on the server the test run was given. */
export interface TestDatabase {
  readonly config: pg.PoolConfig;
  readonly dsn: string;
  drop(): Promise<void>;
}

/** DSN of the server of this test run: the one the caller named, else the embedded one that the vitest set-up started. */
const testServer = (): string | undefined => process.env['SEXTANT_TEST_PG_DSN'] ?? process.env['SEXTANT_TEST_EMBEDDED_DSN'];

/** Creates an empty database (about 30 ms). */
export async function createTestDatabase(options: { readonly server?: string } = {}): Promise<TestDatabase> {
  const server = options.server ?? testServer();
  if (server === undefined)
    throw new Error('Set SEXTANT_TEST_PG_DSN to the DSN of a PostgreSQL server for tests, or run under the vitest set-up.');
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  // Copied as files: through the log, which is what the server does by itself, it takes thrice the processor time.
  await administer(server, `create database ${name} strategy file_copy`);
  const dsn = dsnWithDatabase(server, name);
  return { dsn, config: { connectionString: dsn }, drop: () => administer(server, `drop database if exists ${name} with (force)`) };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Both forms of DSN: `postgres://user@host:port/database?…`, and `socket:` or `postgres:///database?host=/folder`. */
function dsnWithDatabase(dsn: string, database: string): string {
  const [address = '', query] = dsn.split('?', 2);
  const replaced = address.replace(/^([a-z]+:\/\/[^/]*)(?:\/.*)?$/, `$1/${database}`);
  return query === undefined ? replaced : `${replaced}?${query}`;
}
