import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, EmbeddedPostgres, type TestDatabase } from '@sextant/kernel';
import { silentLog } from './silent-log.js';

interface OwnServer {
  readonly dsn: string;
  stop(): Promise<void>;
}
let own: Promise<OwnServer> | undefined;

/**
 * A database of the test's own: on the server that SEXTANT_TEST_PG_DSN or the run's set-up names, else on an embedded
 * one that is started for the file's first test which needs it.
 */
export async function aTestDatabase(): Promise<TestDatabase> {
  if (process.env.SEXTANT_TEST_PG_DSN ?? process.env.SEXTANT_TEST_EMBEDDED_DSN) return createTestDatabase();
  own ??= startOwn();
  return createTestDatabase({ server: (await own).dsn });
}

/** Ends the embedded server of this file's tests, if one was started, and removes its files. */
export async function stopOwnDatabaseServer(): Promise<void> {
  const server = await own;
  own = undefined;
  await server?.stop();
}

async function startOwn(): Promise<OwnServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sextant-test-'));
  chmodSync(dataDir, 0o711);
  const server = await EmbeddedPostgres.start({ dataDir, log: silentLog, settings: { fsync: 'off', full_page_writes: 'off' } });
  return {
    dsn: server.dsn,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
