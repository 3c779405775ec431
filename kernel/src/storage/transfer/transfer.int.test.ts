import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineJob, type Migration, z } from '@sextant/sdk';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { Boundary } from '../../boundary/boundary.js';
import { JobsService, migrateJobLibrary } from '../../jobs/jobs-service.js';
import { silent } from '../../jobs/test/jobs-fixture.js';
import { Databases } from '../databases.js';
import { type MigrationTarget, Migrator } from '../migrator.js';
import { PluginStorage } from '../plugin-storage.js';
import { createTestDatabase, type TestDatabase } from '../test-database.js';
import { contentDigest } from './content-digest.js';
import { exportDatabases } from './export-databases.js';
import { importDatabases, isImportUnfinished } from './import-databases.js';
import { RowDigest } from './row-digest.js';
import { laterMigration, libraryMigrations, libraryTargets } from './test/library.js';

const folder = mkdtempSync(join(tmpdir(), 'sextant-transfer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Installation {
  readonly databases: Databases;
  readonly migrator: Migrator;
  readonly targets: readonly MigrationTarget[];
  readonly prepareJobs: () => Promise<void>;
}

let made: TestDatabase[] = [];
let opened: Databases[] = [];
let file: string;
let round = 0;
beforeEach(() => {
  file = join(folder, `${(round += 1)}.export`);
});
afterEach(async () => {
  for (const databases of opened) await databases.end();
  for (const database of made) await database.drop();
  [opened, made] = [[], []];
});

async function anInstallation(
  options: { separate?: boolean; server?: string; migrations?: readonly Migration[] } = {},
): Promise<Installation> {
  const create = async () => {
    const database = await createTestDatabase(options.server === undefined ? {} : { server: options.server });
    made.push(database);
    return database;
  };
  const databases = new Databases({
    main: (await create()).config,
    ...(options.separate ? { codeintel: (await create()).config } : {}),
    log: silent,
  });
  opened.push(databases);
  const migrator = new Migrator({ databases, kernelVersion: '1.0.0', log: silent });
  const targets = libraryTargets(databases, options.migrations);
  return { databases, migrator, targets, prepareJobs: () => migrateJobLibrary(databases) };
}

async function filled(installation: Installation): Promise<Installation> {
  await installation.prepareJobs();
  for (const target of installation.targets) await installation.migrator.migrate(target);
  const storage = await PluginStorage.open({ plugin: 'library', pool: installation.databases.pool('codeintel'), log: silent });
  await storage.query(`insert into shelves (name) select 'shelf ' || n from generate_series(1, 50) n`);
  await storage.query(
    `insert into books (shelf, title, tags, data, cover, score, mood, lasts) select n % 50 + 1, 'title' || chr(9) || n || chr(10) || '\\.' || 'é🦊', array['a', null, 'b,"' || n], jsonb_build_object('n', n), decode(md5(n::text), 'hex'),
      n / 7.0, (case when n % 2 = 0 then 'good' end)::mood, n * interval '1 day 3 seconds' from generate_series(1, 2000) n`,
  );
  await storage.query('update books set next = (select max(id) from books) where id < 10');
  await storage.query(`insert into books (title, score) values ('odd', 'NaN'), ('', 'Infinity'), ('\\N', 1e-300)`);
  const jobs = new JobsService({
    databases: installation.databases,
    boundary: new Boundary({ failed: () => undefined, allows: () => true }),
    log: silent,
    instance: 'test',
  }).forPlugin('library');
  await jobs.enqueueMany(
    defineJob('library.count-books', { payload: z.object({ n: z.number() }) }),
    Array.from({ length: 20 }, (_, n) => ({ payload: { n }, options: { key: `k${n}`, queue: 'q' } })),
  );
  await installation.databases
    .pool('main')
    .pool.query(`update graphile_worker._private_jobs set locked_by = 'somebody', locked_at = now() where id < 3`);
  return installation;
}

const exported = (from: Installation) =>
  exportDatabases({ databases: from.databases, targets: from.targets, kernelVersion: '1.0.0', file });
const imported = (to: Installation) => importDatabases({ ...to, file });

describe('an export that is imported', () => {
  it('gives the same content, also where the databases are divided otherwise', async () => {
    const source = await filled(await anInstallation({ separate: true }));
    const before = await contentDigest(source.databases);
    expect((await exported(source)).sha256).toBe(before.sha256);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const separate of [false, true]) {
      const target = await anInstallation({ separate });
      expect((await imported(target)).sha256).toBe(before.sha256);
      expect((await contentDigest(target.databases)).sha256).toBe(before.sha256);
      const storage = await PluginStorage.open({ plugin: 'library', pool: target.databases.pool('codeintel'), log: silent });
      expect(await storage.query(`insert into books (title) values ('new') returning id::int, shouting`)).toEqual([
        { id: 2004, shouting: 'NEW' },
      ]);
      const { rows } = await target.databases
        .pool('main')
        .pool.query('select count(*)::int as n, count(locked_by)::int as locked from graphile_worker.jobs');
      expect(rows).toEqual([{ n: 20, locked: 0 }]);
      expect((await target.migrator.status(target.targets.find((one) => one.plugin === 'library')!)).pending).toEqual([]);
    }
  });

  const other = process.env['SEXTANT_TEST_PG_DSN'] === undefined ? undefined : inject('embeddedPostgres');
  it.skipIf(other === undefined)('crosses servers of different majors (only with SEXTANT_TEST_PG_DSN set)', async () => {
    const source = await filled(await anInstallation({ server: process.env['SEXTANT_TEST_EMBEDDED_DSN']! }));
    const target = await anInstallation({ separate: true });
    const { sha256 } = await exported(source);
    expect((await imported(target)).sha256).toBe(sha256);
    const versions = await Promise.all(
      [source, target].map(
        async ({ databases }) => (await databases.pool('main').pool.query('show server_version')).rows[0].server_version,
      ),
    );
    expect(new Set(versions).size, versions.join()).toBe(2);
  });

  it('is migrated further by a newer program, and refused by an older one', async () => {
    await exported(await filled(await anInstallation({ migrations: [...libraryMigrations, laterMigration] })));
    await expect(imported(await anInstallation())).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_ARCHIVE',
      why: expect.stringContaining(laterMigration.name),
    });
    rmSync(file);
    await exported(await filled(await anInstallation()));
    const newer = await anInstallation({ migrations: [...libraryMigrations, laterMigration] });
    await imported(newer);
    expect(await newer.migrator.migrate(newer.targets.find((one) => one.plugin === 'library')!)).toEqual([laterMigration.name]);
  });
});

describe('an import', () => {
  it('refuses a database that is not empty, and plugins that are not installed', async () => {
    const source = await filled(await anInstallation());
    await exported(source);
    await expect(imported(source)).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_NOT_EMPTY' });
    const target = await anInstallation();
    await expect(imported({ ...target, targets: target.targets.filter(({ plugin }) => plugin !== 'library') })).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_ARCHIVE',
      why: expect.stringContaining('library'),
    });
  });

  it('changes nothing when the archive is damaged anywhere', async () => {
    await exported(await filled(await anInstallation()));
    const whole = readFileSync(file);
    const target = await anInstallation();
    for (const damaged of [
      whole.subarray(0, whole.length - 40),
      whole.subarray(0, whole.length / 2),
      Buffer.from('nonsense'),
      Buffer.alloc(0),
      Buffer.concat([whole.subarray(0, 5_000), Buffer.from([whole[5_000]! ^ 1]), whole.subarray(5_001)]),
    ]) {
      writeFileSync(file, damaged);
      await expect(imported(target)).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_ARCHIVE' });
      expect((await contentDigest(target.databases)).tables).toEqual([]);
    }
    writeFileSync(file, whole);
    await imported(target);
  });

  it('begins anew where one was killed half way (hostile row 13)', async () => {
    await exported(await filled(await anInstallation()));
    const target = await anInstallation();
    // As a kill between building the tables and the commit of their rows leaves it.
    await target.databases
      .pool('main')
      .pool.query('create schema sextant_import; create schema plugin_library; create table plugin_library.books (half int)');
    expect(await isImportUnfinished(target.databases)).toBe(true);
    await imported(target);
    expect(await isImportUnfinished(target.databases)).toBe(false);
  });

  it('is whole after kill -9 at any moment and one more run (hostile row 13)', async () => {
    const { sha256 } = await exported(await filled(await anInstallation()));
    const phases: string[] = [];
    for (const messages of [1, 2, 3, 4, 8]) {
      const target = await anInstallation();
      const child = fork(new URL('./test/import-archive.mjs', import.meta.url), [], {
        execArgv: [],
        env: { ...process.env, DSN: made.at(-1)!.dsn, FILE: file },
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      let heard = 0;
      await Promise.race([gone, new Promise<void>((resolve) => child.on('message', () => ++heard === messages && resolve()))]);
      child.kill('SIGKILL');
      await gone;
      // Its sessions end when the server notices; a new import would wait for their locks.
      const empty = (await contentDigest(target.databases)).tables.length === 0;
      const unfinished = await isImportUnfinished(target.databases);
      phases.push(unfinished ? 'half way' : empty ? 'before' : 'after');
      const whole = unfinished || empty ? await imported(target) : await contentDigest(target.databases);
      expect(whole.sha256).toBe(sha256);
    }
    expect(phases).toContain('half way');
  }, 90_000);

  it('is done once when two are started together', async () => {
    const { sha256 } = await exported(await filled(await anInstallation()));
    const target = await anInstallation();
    const outcomes = await Promise.allSettled([imported(target), imported(target)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({ reason: { code: 'SEXTANT_STORAGE_NOT_EMPTY' } });
    expect((await contentDigest(target.databases)).sha256).toBe(sha256);
  });

  it('leaves an empty database when it fails', async () => {
    await exported(await filled(await anInstallation()));
    const failing = await anInstallation();
    await expect(
      imported({
        ...failing,
        targets: failing.targets.map((target) =>
          target.plugin === 'library'
            ? {
                ...target,
                migrations: [{ ...libraryMigrations[0]!, up: async (db) => void (await db.query('create table shelves (id int)')) }],
              }
            : target,
        ),
      }),
    ).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_ARCHIVE' });
    await imported(failing);
  });
});

it('leaves no half file when an export is aborted, and tells its progress', async () => {
  const source = await filled(await anInstallation());
  const controller = new AbortController();
  const seen: string[] = [];
  const attempt = exportDatabases({
    ...source,
    kernelVersion: '1.0.0',
    file,
    signal: controller.signal,
    onProgress: ({ table }) => {
      seen.push(table);
      controller.abort(new Error('enough'));
    },
  });
  await expect(attempt).rejects.toThrow('enough');
  expect(seen).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.startsWith(`${round}.`))).toEqual([]);
});

it('says of a file that cannot be read or written that it is the file, and says so first', async () => {
  const source = await anInstallation();
  const seen: unknown[] = [];
  for (const wrong of [join(folder, 'nowhere', 'x'), folder]) {
    const attempt = exportDatabases({ ...source, kernelVersion: '1.0.0', file: wrong, onProgress: (progress) => seen.push(progress) });
    await expect(attempt).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_ARCHIVE_FILE', what: expect.stringContaining(wrong) });
    await expect(importDatabases({ ...source, file: wrong })).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_ARCHIVE_FILE' });
  }
  expect(seen).toEqual([]);
});

it('digests rows alike in any order and in chunks of any size', () => {
  const line = fc.string().map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const digestOf = (rows: readonly string[], step: number): string => {
        const digest = new RowDigest();
        const bytes = Buffer.from(rows.map((row) => `${row}\n`).join(''));
        for (let i = 0; i < bytes.length; i += step) digest.update(bytes.subarray(i, i + step));
        expect(digest.rows).toBe(rows.length);
        return digest.hex();
      };
      expect(digestOf(lines, size)).toBe(digestOf([...lines].reverse(), 1_000_000));
    }),
  );
});
