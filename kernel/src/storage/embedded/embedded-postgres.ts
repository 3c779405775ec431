import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, SextantError } from '@sextant/sdk';
import { makePassableFolder, prepareDataFolder } from './data-folder-lock.js';
import { findNativePostgres, type NativePostgres, program } from './native-postgres.js';
import { type OwnerLock, takeOwnerLock } from './owner-lock.js';
import { readPostmasterFile, runningServer, stopOrphan } from './postmaster-file.js';
import { chooseServerAccount, giveTo, type ServerAccount } from './server-account.js';
import { type Ended, ServerProcess } from './server-process.js';
import { DATABASE, initArguments, PORT, ROLE, serverArguments, writeAccessRules } from './server-settings.js';
import { makeSocketFolder, removeSocketFolder } from './socket-folder.js';

/** How a client of `pg` reaches the server: `host` is the folder of its unix socket. There is no password; the system vouches for the user. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export interface EmbeddedPostgresOptions {
  /** The data folder; the cluster lives in `postgres/<major>` below it. */
  readonly dataDir: string;
  /** Where the socket's folder is made, by default `run` in the data folder. Too long a path is replaced by one in the temporary folder. */
  readonly runDir?: string;
  readonly log: Logger;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** Server settings beside ours, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Milliseconds after which a start is given up, 120,000 by default: recovery of a killed server reads its log again. */
  readonly startTimeout?: number;
  /** Milliseconds to wait for a quick stop before an immediate one, 10,000 by default. */
  readonly stopTimeout?: number;
}

const STILL_IN_USE = 'pre-existing shared memory block';

/**
 * The PostgreSQL server that we start and stop ourselves, from the programs npm carries. It listens on a unix socket in a private folder and nowhere else.
 */
export class EmbeddedPostgres {
  #stopping: Promise<void> | undefined;

  private constructor(
    /** Such as 18.4. */
    readonly version: string,
    readonly poolConfig: SocketAddress,
    /** The account the server runs under. */
    readonly account: ServerAccount['kind'],
    readonly pid: number,
    /** Settles when the server ends, by {@link stop} or by itself. */
    readonly ended: Promise<Ended>,
    private readonly server: ServerProcess,
    private readonly lock: OwnerLock,
    private readonly stopTimeout: number,
  ) {}

  /** The address as one line, for clients that take a connection string. */
  get dsn(): string {
    return dsnOf(this.poolConfig);
  }

  /**
   * Starts the server, making its cluster first when there is none. A server left over from a starter that died is stopped before.
   * @throws SEXTANT_DATA_FOLDER_UNUSABLE when the folder cannot be made or written to
   * @throws SEXTANT_DATA_FOLDER_IN_USE while another process runs it
   * @throws SEXTANT_STORAGE_POSTGRES_MAJOR when the folder holds another major version
   * @throws SEXTANT_STORAGE_EMBEDDED_UNSUPPORTED, SEXTANT_STORAGE_EMBEDDED_ACCOUNT, SEXTANT_STORAGE_EMBEDDED_START when it cannot run
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const { log, signal } = options;
    signal?.throwIfAborted();
    prepareDataFolder(options.dataDir);
    // One spelling of the path: a server is known again by the folder in its command line.
    const dataDir = realpathSync(options.dataDir);
    const folder = join(dataDir, 'postgres');
    makePassableFolder(folder);
    const lock = lockCluster(folder);
    try {
      const installed = await findNativePostgres(join(folder, 'lib'));
      const cluster = join(folder, String(installed.major));
      await refuseOtherMajor(folder, installed);
      const { account, native } = await chooseServerAccount(installed, folder);
      await removePartialClusters(folder);
      if (!existsSync(join(cluster, 'PG_VERSION'))) await initialize(cluster, { account, native, log, signal });
      const stopTimeout = options.stopTimeout ?? 10_000;
      const left = readPostmasterFile(cluster);
      const orphan = await stopOrphan(cluster, stopTimeout);
      if (orphan !== undefined) log.warn('stopped a database server whose starter had died', { pid: orphan });
      if (left !== undefined && left.socketFolder !== '') removeSocketFolder(left.socketFolder);
      await giveTo(account, cluster);
      await chmod(cluster, 0o700); // A folder that was copied or unpacked may have lost this, and the server insists on it.
      await writeAccessRules(cluster, account);
      const runDir = options.runDir ?? join(dataDir, 'run');
      makePassableFolder(runDir);
      const socketFolder = await makeSocketFolder(runDir, account);
      const args = serverArguments(cluster, socketFolder, options.settings ?? {});
      const deadline = performance.now() + (options.startTimeout ?? 120_000);
      const server = await run(cluster, { account, native, log, signal, args, deadline });
      const address = { host: socketFolder, port: PORT, user: ROLE, database: DATABASE };
      log.info('embedded PostgreSQL is ready', { version: native.version, pid: server.pid, account: account.kind });
      return new EmbeddedPostgres(native.version, address, account.kind, server.pid ?? 0, server.ended, server, lock, stopTimeout);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The address of a server that another process of ours runs on this data folder; undefined when none runs. */
  static async running(dataDir: string): Promise<SocketAddress | undefined> {
    if (!existsSync(dataDir)) return undefined;
    const folder = join(realpathSync(dataDir), 'postgres');
    for (const major of await clusters(folder)) {
      const found = runningServer(join(folder, major));
      if (found?.ready) return { host: found.socketFolder, port: found.port, user: ROLE, database: DATABASE };
    }
    return undefined;
  }

  /** Stops the server: open transactions are rolled back, all that was committed stays. Further calls wait for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.server.end(['SIGINT', 'SIGQUIT', 'SIGKILL'], this.stopTimeout).then(() => {
      removeSocketFolder(this.poolConfig.host);
      this.lock.release();
    });
    return this.#stopping;
  }
}

/** The connection string of a socket address, as libpq and `pg` read it. */
export const dsnOf = ({ host, port, user, database }: SocketAddress): string =>
  `postgresql://${encodeURIComponent(user)}@localhost:${port}/${encodeURIComponent(database)}?host=${encodeURIComponent(host)}`;

function lockCluster(folder: string): OwnerLock {
  const lock = takeOwnerLock(join(folder, 'owner.lock'));
  if (!('heldBy' in lock)) return lock;
  const { pid, host, since } = lock.heldBy;
  throw new SextantError('SEXTANT_DATA_FOLDER_IN_USE', {
    what: `The database in ${folder} is in use.`,
    why: `Process ${pid} on ${host} has run it since ${since}.`,
    fix: 'Stop that process, or choose another folder with --data-dir.',
    details: { pid, host, since },
  });
}

async function clusters(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name) && existsSync(join(folder, name, 'PG_VERSION')));
}

async function refuseOtherMajor(folder: string, { major, version }: NativePostgres): Promise<void> {
  const present = await clusters(folder);
  const own = String(major);
  const written = present.includes(own) ? (await readFile(join(folder, own, 'PG_VERSION'), 'utf8')).trim() : present.at(-1);
  if (written === undefined || written === own) return;
  throw new SextantError('SEXTANT_STORAGE_POSTGRES_MAJOR', {
    what: `The database in ${folder} was made by PostgreSQL ${written}; this version of Sextant brings PostgreSQL ${version}.`,
    why: 'A cluster of one major version cannot be read by another.',
    fix: `Run "sextant db export" with the version of Sextant that made it, then "sextant db import" with this one on a new data folder.`,
    details: { found: written, needed: own },
  });
}

async function removePartialClusters(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('.init-')) await rm(join(folder, name), { recursive: true, force: true });
  }
}

interface Running {
  readonly account: ServerAccount;
  readonly native: NativePostgres;
  readonly log: Logger;
  readonly signal: AbortSignal | undefined;
}

/** Makes a cluster aside and moves it into place whole: a start that is killed here leaves nothing that looks like a database. */
async function initialize(cluster: string, { account, native, log, signal }: Running): Promise<void> {
  signal?.throwIfAborted();
  const partial = join(cluster, '..', `.init-${process.pid}`);
  await mkdir(partial, { mode: 0o700 });
  await chmod(partial, 0o700);
  await giveTo(account, partial);
  const init = new ServerProcess(account, native, program(native, 'initdb'), initArguments(partial), log);
  const abort = () => void init.end(['SIGTERM', 'SIGKILL'], 1_000);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const { code } = await init.ended;
  signal?.removeEventListener('abort', abort);
  if (code === 0) return rename(partial, cluster);
  await rm(partial, { recursive: true, force: true });
  signal?.throwIfAborted();
  throw startFailed('The database folder could not be made.', init.lastLines);
}

const startFailed = (what: string, lines: readonly string[]): SextantError =>
  new SextantError('SEXTANT_STORAGE_EMBEDDED_START', {
    what,
    why: lines.length === 0 ? 'It said nothing.' : `It said: ${lines.slice(-8).join(' / ')}`,
    fix: 'Correct the cause that the quoted lines name, then start again.',
  });

interface Start extends Running {
  readonly args: readonly string[];
  readonly deadline: number;
}

/** Starts the server and waits until it says that it is ready for connections. */
async function run(cluster: string, start: Start): Promise<ServerProcess> {
  const { account, native, log, signal, deadline } = start;
  for (;;) {
    const server = new ServerProcess(account, native, program(native, 'postgres'), start.args, log);
    const stop = () => server.end(['SIGINT', 'SIGQUIT', 'SIGKILL'], 2_000);
    while (!server.hasEnded) {
      const file = readPostmasterFile(cluster);
      if (file !== undefined && file.pid === server.pid && file.ready) return server;
      if (signal?.aborted || performance.now() > deadline) {
        await stop();
        signal?.throwIfAborted();
        throw startFailed('The embedded PostgreSQL was not ready in time.', server.lastLines);
      }
      await wait(5);
    }
    // The children of a server that was killed notice it a moment later, and hold its memory until then.
    if (!server.lastLines.some((line) => line.includes(STILL_IN_USE)) || performance.now() > deadline) {
      throw startFailed('The embedded PostgreSQL did not start.', server.lastLines);
    }
    await wait(100);
  }
}
