import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, EmbeddedPostgres, type TestDatabase } from '@sextant/kernel';
import { silentLog } from './silent-log.js';

let own: Promise<string> | undefined;

/**
 * A database of the test's own: on the server that SEXTANT_TEST_PG_DSN or the run's set-up names, else on an embedded
 * one that this process starts once and stops when it ends.
 */
export async function aTestDatabase(): Promise<TestDatabase> {
  if (process.env.SEXTANT_TEST_PG_DSN ?? process.env.SEXTANT_TEST_EMBEDDED_DSN) return createTestDatabase();
  own ??= startOwn();
  return createTestDatabase({ server: await own });
}

async function startOwn(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sextant-test-'));
  chmodSync(dataDir, 0o711);
  const server = await EmbeddedPostgres.start({ dataDir, log: silentLog, settings: { fsync: 'off', full_page_writes: 'off' } });
  process.once('beforeExit', () => void server.stop().then(() => rmSync(dataDir, { recursive: true, force: true })));
  return server.dsn;
}
