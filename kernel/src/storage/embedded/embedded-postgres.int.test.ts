import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '@sextant/sdk';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
import { copyNativePostgres, findNativePostgres, program } from './native-postgres.js';

const asRoot = process.getuid?.() === 0;
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

let shared: string;
let dataDir: string;
const started: EmbeddedPostgres[] = [];

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
  chmodSync(folder, 0o711);
  return folder;
}

beforeAll(async () => {
  shared = aFolder();
  await (await EmbeddedPostgres.start({ dataDir: shared, log: silent })).stop();
});
afterAll(() => rmSync(shared, { recursive: true, force: true }));
beforeEach(() => {
  dataDir = aFolder();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(started.splice(0).map((server) => server.stop()));
  if (dataDir !== shared) rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start({ dataDir, log: silent, ...options });
  started.push(server);
  return server;
}

/** Starts on the cluster that the tests of this file share one after another: making one takes most of a second. */
function startShared(): Promise<EmbeddedPostgres> {
  rmSync(dataDir, { recursive: true, force: true });
  dataDir = shared;
  return start();
}

const holders: ChildProcess[] = [];
afterAll(() => {
  for (const holder of holders) holder.kill('SIGKILL');
});

/** The pid of a process of the server's account that has ended, held by a parent that does not ask for its end. */
async function anUnnoticedEnd(): Promise<number> {
  const holder = spawn('sh', ['-c', 'true & echo $!; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(asRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  holders.push(holder);
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  return Number(line.toString());
}

async function query(server: EmbeddedPostgres, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(server.poolConfig);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

const kill9 = async (server: EmbeddedPostgres) => {
  process.kill(server.pid, 'SIGKILL');
  await server.ended;
};

describe('embedded PostgreSQL', () => {
  it('keeps what was committed over a stop and a start', async () => {
    const first = await startShared();
    await query(first, 'drop table if exists t; create table t as select 1 as n');
    await first.stop();
    expect(existsSync(join(dataDir, 'postgres', '18', 'postmaster.pid'))).toBe(false);
    expect(await query(await start(), 'select n from t')).toEqual([{ n: 1 }]);
  });

  it('is durable, reads UTF-8, sorts by code point and listens on no port', async () => {
    const server = await startShared();
    const rows = await query(
      server,
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') sync, current_setting('listen_addresses') tcp,
       current_setting('server_encoding') encoding, 'a' > 'B' as code_points, lower('É') lower`,
    );
    expect(rows).toEqual([{ fsync: 'on', sync: 'on', tcp: '', encoding: 'UTF8', code_points: true, lower: 'é' }]);
    expect(statSync(server.poolConfig.host).mode & 0o777).toBe(0o700);
  });

  it('is reached by its connection string too', async () => {
    const server = await startShared();
    const client = new pg.Client(server.dsn);
    await client.connect();
    expect((await client.query('select current_user u')).rows).toEqual([{ u: 'sextant' }]);
    await client.end();
  });

  it('refuses a second start and leaves the first alone', async () => {
    const server = await startShared();
    await expect(start()).rejects.toMatchObject({ code: 'SEXTANT_DATA_FOLDER_IN_USE', details: { pid: process.pid } });
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('recovers what was committed after kill -9', async () => {
    const server = await startShared();
    await query(server, 'drop table if exists t; create table t as select generate_series(1, 1000) as n');
    await kill9(server);
    await server.stop();
    expect(await query(await start(), 'select count(*)::int as n from t')).toEqual([{ n: 1000 }]);
  });

  it('stops a server whose starter died, and starts its own', async () => {
    const orphan = await startShared();
    await query(orphan, 'drop table if exists t; create table t as select 1 as n');
    rmSync(join(dataDir, 'postgres', 'owner.lock'));
    const server = await start();
    await orphan.ended;
    expect(server.pid).not.toBe(orphan.pid);
    expect(await query(server, 'select n from t')).toEqual([{ n: 1 }]);
  });

  it('stops a server whose starter is stuck and does not notice its end', async () => {
    await (await startShared()).stop();
    const code = `import { EmbeddedPostgres } from '@sextant/kernel';
      const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
      const server = await EmbeddedPostgres.start({ dataDir: process.argv[1], log });
      (await import('node:fs')).writeSync(1, String(server.pid));
      for (;;);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', code, dataDir], {
      cwd: join(import.meta.dirname, '..', '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    holders.push(starter);
    await once(starter.stdout, 'data');
    rmSync(join(dataDir, 'postgres', 'owner.lock'));
    expect(await query(await start(), 'select 1 as n')).toEqual([{ n: 1 }]);
    starter.kill('SIGKILL');
  });

  it.each<[string, () => Promise<number>]>([
    ['belongs to another program now', async () => process.ppid],
    ['is still taken, since nobody has noticed that it ended', anUnnoticedEnd],
  ])('starts when the pid of the server that died %s', async (_what, makePid) => {
    const server = await startShared();
    await server.stop();
    const file = join(dataDir, 'postgres', '18', 'postmaster.pid');
    writeFileSync(file, `${await makePid()}\n${dataDir}/postgres/18\n1700000000\n5432\n${server.poolConfig.host}\n\n  1234  0\nready   \n`);
    expect(await query(await start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('tells others where it listens while it runs', async () => {
    expect(await EmbeddedPostgres.running(shared)).toBeUndefined();
    const server = await startShared();
    expect(await EmbeddedPostgres.running(dataDir)).toEqual(server.poolConfig);
    await server.stop();
    expect(await EmbeddedPostgres.running(dataDir)).toBeUndefined();
  });

  it('refuses the cluster of another major version, with the command that mends it', async () => {
    mkdirSync(join(dataDir, 'postgres', '17'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', '17', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_POSTGRES_MAJOR',
      fix: expect.stringContaining('sextant db export'),
    });
  });

  it('leaves nothing behind when its start is given up', async () => {
    const abort = new AbortController();
    const starting = start({ signal: abort.signal });
    const begun = () => readdirSync(join(dataDir, 'postgres')).some((name) => name.startsWith('.init-'));
    await expect.poll(begun, { interval: 1 }).toBe(true);
    abort.abort(new Error('given up'));
    await expect(starting).rejects.toThrow('given up');
    expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name !== 'lib')).toEqual([]);
    expect(await query(await start(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('puts its socket elsewhere when the path is too long for one', async () => {
    const runDir = join(dataDir, 'x'.repeat(100));
    dataDir = shared;
    const server = await start({ runDir });
    expect(server.poolConfig.host.startsWith(runDir)).toBe(false);
    expect(await query(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
    expect(existsSync(server.poolConfig.host)).toBe(false);
  });

  it('says why when the server does not start', async () => {
    dataDir = shared;
    await expect(start({ settings: { max_connections: 'many' } })).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_EMBEDDED_START',
      why: expect.stringContaining('max_connections'),
    });
  });
});

describe.runIf(asRoot)('embedded PostgreSQL started by root', () => {
  it('runs as the user nobody, and gives away the folder of its cluster alone', async () => {
    const server = await startShared();
    expect(server.account).toBe('nobody');
    expect(statSync(join(dataDir, 'postgres', '18')).uid).toBe(65_534);
    expect([dataDir, join(dataDir, 'postgres'), join(dataDir, 'run')].map((path) => statSync(path).uid)).toEqual([0, 0, 0]);
  });

  it('keeps its data when the folder is closed to others later, and when it is opened again', async () => {
    const open = await startShared();
    await query(open, 'drop table if exists t; create table t as select 1 as n');
    await open.stop();
    chmodSync(dataDir, 0o700);
    const closed = await start();
    expect(closed.account).toBe('namespace');
    expect(await query(closed, 'select n from t')).toEqual([{ n: 1 }]);
    await closed.stop();
    chmodSync(dataDir, 0o711);
    expect(await query(await start(), 'select n from t')).toEqual([{ n: 1 }]);
  });

  it('says what to do when neither nobody nor a user namespace will do', async () => {
    chmodSync(dataDir, 0o700);
    vi.stubEnv('PATH', '/nonexistent');
    await expect(start()).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_EMBEDDED_ACCOUNT', fix: expect.stringContaining('--data-dir') });
  });

  it('can copy its programs to where nobody reaches them, once', async () => {
    const native = await findNativePostgres(join(dataDir, 'lib'));
    const copy = await copyNativePostgres(native, dataDir);
    expect((await copyNativePostgres(native, dataDir)).folder).toBe(copy.folder);
    const { stdout } = await promisify(execFile)(program(copy, 'postgres'), ['--version'], { uid: 65_534, gid: 65_534, cwd: '/' });
    expect(stdout).toContain(`PostgreSQL) ${native.version}`);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('programs-'))).toHaveLength(1);
  });
});
