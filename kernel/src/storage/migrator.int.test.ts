import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Logger, Migration } from '@sextant/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Databases } from './databases.js';
import { type MigrationTarget, Migrator } from './migrator.js';
import { schemaOf } from './plugin-schema.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const said: string[] = [];
const record = (message: string): void => {
  said.push(message);
};
const log: Logger = { debug: () => undefined, info: record, warn: record, error: record, child: () => log };

const first: Migration = {
  name: 'create-things-1700000000001',
  up: async (db) => void (await db.query('create table things (id int primary key)')),
};
const second: Migration = {
  name: 'add-name-1700000000002',
  up: async (db) => void (await db.query('alter table things add column name text')),
};
const breaking: Migration = {
  name: 'drop-name-1700000000003',
  breaking: true,
  up: async (db) => void (await db.query('alter table things drop column name')),
};

let database: TestDatabase;
let databases: Databases;
let migrator: Migrator;
let plugin: string;
let counter = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  databases = new Databases({ main: database.config, log });
  migrator = new Migrator({ databases, kernelVersion: '1.0.0', log, lockTimeout: 5_000, instance: 'this-test' });
});
afterAll(async () => {
  await databases?.end();
  await database?.drop();
});
beforeEach(() => {
  counter += 1;
  plugin = `thing-keeper-${String.fromCharCode(96 + counter)}`;
  said.length = 0;
});

const target = (...migrations: Migration[]): MigrationTarget => ({ plugin, database: 'main', migrations });
const tables = async (schema: string): Promise<string[]> =>
  (
    await databases.pool('main').pool.query('select table_name from information_schema.tables where table_schema = $1 order by 1', [schema])
  ).rows.map((row: { table_name: string }) => row.table_name);

describe('migrate', () => {
  it('creates unqualified tables in the schema of the plugin, in the order of the timestamps', async () => {
    expect(await migrator.migrate(target(second, first))).toEqual([first.name, second.name]);
    expect(await tables(schemaOf(plugin))).toEqual(['sextant_migrations', 'things']);
    expect(await tables('public')).toEqual([]);
    expect(await migrator.migrate(target(first, second))).toEqual([]);
  });

  it('runs each migration once when many processes start together', async () => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => migrator.migrate(target(first, second))));
    expect(runs.flat().sort()).toEqual([second.name, first.name]);
  });

  it('rolls a failing migration back, keeps those before it, and resumes there (hostile row 47)', async () => {
    const failing: Migration = {
      name: second.name,
      up: async (db) => {
        await db.query('create table half (id int)');
        await db.query('select nonsense');
      },
    };
    await expect(migrator.migrate(target(first, failing))).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_MIGRATION_FAILED',
      why: expect.stringContaining('nonsense'),
    });
    expect(await tables(schemaOf(plugin))).toEqual(['sextant_migrations', 'things']);
    expect(await migrator.migrate(target(first, second))).toEqual([second.name]);
  });

  it('resumes after kill -9 in the middle, before a step and in one (hostile row 13)', async () => {
    const steps = Array.from(
      { length: 6 },
      (_, i): Migration => ({ name: `step-170000000010${i}`, up: async (db) => void (await db.query(`create table step_${i} (id int)`)) }),
    );
    for (const messages of [1, 2, 2, 3, 4]) {
      const child = fork(new URL('./test/migrate-slowly.mjs', import.meta.url), [], {
        execArgv: [],
        env: { ...process.env, DSN: database.dsn, PLUGIN: plugin, STEPS: String(steps.length) },
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      let heard = 0;
      await new Promise<void>((resolve) => child.on('message', () => ++heard === messages && resolve()));
      child.kill('SIGKILL');
      await gone;
      const { applied } = await migrator.status(target(...steps));
      // Whatever the moment: a table stands if and only if its migration is recorded.
      const waited = await migrator.exclusively({ plugin, database: 'main' }, async () => tables(schemaOf(plugin)));
      const now = await migrator.status(target(...steps));
      expect(now.applied.length).toBeGreaterThanOrEqual(applied.length);
      expect(waited.filter((table) => table.startsWith('step_'))).toEqual(now.applied.map((_, i) => `step_${i}`));
    }
    await migrator.migrate(target(...steps));
    expect((await migrator.status(target(...steps))).pending).toEqual([]);
  });

  it('refuses names without a timestamp and names used twice', async () => {
    await expect(migrator.migrate(target({ ...first, name: 'create' }))).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_MIGRATION_INVALID',
    });
    await expect(migrator.migrate(target(first, first))).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_MIGRATION_INVALID' });
  });
});

describe('a database that is ahead (hostile rows 47 and 48)', () => {
  it('refuses what is no list of migrations, with what is missing', async () => {
    for (const [migrations, what] of [
      [{}, 'not a list'],
      [[undefined], 'without a name, at place 1'],
      [[first, { name: second.name }], `"${second.name}" without its function "up"`],
    ] as const)
      await expect(migrator.migrate({ plugin, database: 'main', migrations: migrations as never })).rejects.toMatchObject({
        code: 'SEXTANT_STORAGE_MIGRATION_INVALID',
        what: expect.stringContaining(what),
        fix: expect.any(String),
      });
  });

  it('is refused when a breaking migration is unknown', async () => {
    await migrator.migrate(target(first, second, breaking));
    await expect(migrator.migrate(target(first, second))).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_DATABASE_AHEAD',
      why: expect.stringContaining(breaking.name),
    });
    await expect(migrator.waitUntilMigrated(target(first, second), { timeout: 1 })).rejects.toMatchObject({
      code: 'SEXTANT_STORAGE_DATABASE_AHEAD',
    });
  });

  it('is a warning when it is not breaking', async () => {
    await migrator.migrate(target(first, second));
    expect(await migrator.migrate(target(first))).toEqual([]);
    expect(said.join()).toContain('does not know');
  });
});

describe('the lock', () => {
  it('names its holder to who waits, and to who gives up waiting', async () => {
    const hasty = new Migrator({ databases, kernelVersion: '1.0.0', log, lockTimeout: 50 });
    await migrator.exclusively({ plugin, database: 'main' }, async () => {
      await expect(hasty.migrate(target(first))).rejects.toMatchObject({
        code: 'SEXTANT_STORAGE_MIGRATION_LOCKED',
        why: expect.stringContaining('sextant migrate this-test'),
      });
      await expect(hasty.waitUntilMigrated(target(first), { timeout: 0 })).rejects.toMatchObject({
        code: 'SEXTANT_STORAGE_MIGRATION_PENDING',
        why: expect.stringContaining('this-test'),
      });
    });
    expect(said.filter((line) => line.includes('held by "sextant migrate this-test"'))).toHaveLength(1);
  });

  it('lets other roles wait until the schema is there', async () => {
    const waiting = migrator.waitUntilMigrated(target(first), { timeout: 10_000 });
    await migrator.migrate(target(first));
    await waiting;
  });
});

it('plans without changing anything, and purges all of a plugin', async () => {
  expect(await migrator.plan(target(first, second))).toEqual([first.name, second.name]);
  expect(await tables(schemaOf(plugin))).toEqual([]);
  await migrator.migrate(target(first));
  const status = await migrator.status(target(first, second));
  expect(status.applied[0]).toMatchObject({
    name: first.name,
    kernelVersion: '1.0.0',
    breaking: false,
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(status.pending).toEqual([second.name]);
  expect(await migrator.purge(target())).toBe(true);
  expect(await migrator.purge(target())).toBe(false);
});

it('names the migrations that were edited after they ran, and none whose statements hang on what they read', async () => {
  const reading: Migration = {
    name: 'fill-things-1700000000004',
    up: async (db) => {
      for (const { n } of await db.query<{ n: number }>('select n from generate_series(1, 2) n'))
        await db.query(`insert into things (id) values (${n})`);
    },
  };
  const comparing: Migration = {
    name: 'count-things-1700000000005',
    up: async (db) => {
      while ((await db.query('select 1 from things')).length > 9) await db.query('delete from things');
    },
  };
  const making: Migration = {
    name: 'name-things-1700000000006',
    up: async (db) => void (await db.query(`comment on table things is '${randomUUID()}'`)),
  };
  let waits = false;
  const waiting: Migration = {
    name: 'wait-for-things-1700000000007',
    up: async (db) => {
      await db.query('select 1');
      if (waits) await new Promise(() => undefined);
    },
  };
  await migrator.migrate(target(first, second, reading, comparing, making, waiting));
  waits = true;
  expect(await migrator.changed(target(first, second, reading, comparing, making, waiting))).toEqual([]);
  const edited: Migration = { ...second, up: async (db) => void (await db.query('alter table things add column title text')) };
  expect(await migrator.changed(target(first, edited, reading, comparing, breaking))).toEqual([second.name]);
});
