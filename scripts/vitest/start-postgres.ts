import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@sextant/sdk';
import type { TestProject } from 'vitest/node';
import { EmbeddedPostgres, type SocketAddress } from '../../kernel/src/storage/embedded/embedded-postgres.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The one embedded server of this run; undefined when no test of it needs a service. Take a schema or a database of your own in it. */
    readonly embeddedPostgres: SocketAddress | undefined;
  }
}

const log: Logger = { debug() {}, info() {}, warn: console.warn, error: console.error, child: () => log };

/** A server takes a second to make: a run without integration tests goes without it. */
async function isNeeded(project: TestProject): Promise<boolean> {
  const { filenamePattern } = project.vitest as { filenamePattern?: string[] };
  const { testFiles } = await project.globTestFiles(filenamePattern);
  return testFiles.some((file) => /\.(?:int|e2e)\.test\.ts$/.test(file));
}

const MEMORY = '/dev/shm';
const ENOUGH = 2 * 2 ** 30; // bytes; a run uses a quarter of it

/** In memory where there is room: nothing in this server outlives the run, and most of what a database of a test costs is the making of its 300 files. */
function parentFolder(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ENOUGH ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/**
 * Starts one embedded PostgreSQL for the whole run. Tests find it by `inject('embeddedPostgres')`, and programs they start by the connection string in
 * SEXTANT_TEST_EMBEDDED_DSN. SEXTANT_TEST_PG_DSN, when the caller has set it, names a server that the same tests run against too.
 */
export default async function startPostgres(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!(await isNeeded(project))) {
    project.provide('embeddedPostgres', undefined);
    return undefined;
  }
  const dataDir = mkdtempSync(join(parentFolder(), 'sextant-test-'));
  chmodSync(dataDir, 0o711);
  // A crash of the machine may lose this database; a crash of a server under test is what the tests of the launcher are about.
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '300', shared_buffers: '64MB' };
  const server = await EmbeddedPostgres.start({ dataDir, log, settings });
  project.provide('embeddedPostgres', server.poolConfig);
  process.env.SEXTANT_TEST_EMBEDDED_DSN = server.dsn;
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
