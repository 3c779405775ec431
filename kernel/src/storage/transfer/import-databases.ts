import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { SextantError } from '@sextant/sdk';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DatabaseName, Databases } from '../databases.js';
import type { MigrationTarget, Migrator } from '../migrator.js';
import { KERNEL, pluginOf } from '../plugin-schema.js';
import type { SharedPool } from '../shared-pool.js';
import { type ArchivedSequence, type ArchivedTable, type ArchiveHeader, broken, type Frame, readArchive } from './archive.js';
import { type ContentDigest, contentDigest, summed, type TableDigest } from './content-digest.js';
import { copyIn, JOB_LIBRARY, ourSchemas, qualified, TRANSFER_SETTINGS } from './copyable-tables.js';
import type { TransferProgress } from './export-databases.js';

export interface ImportOptions {
  readonly databases: Databases;
  readonly migrator: Migrator;
  /** Of all installed plugins, enabled or not, and the kernel's. */
  readonly targets: readonly MigrationTarget[];
  /** Makes the tables of the job library. */
  readonly prepareJobs: () => Promise<void>;
  readonly file: string;
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** Stands while an import is under way. A process that was killed in one leaves it, and the next import begins anew. */
const MARKER = 'sextant_import';

/**
 * Fills empty databases from an archive: builds the tables with the same migrations, loads the rows in one transaction a
 * database, and compares the content. Later migrations are the caller's next step.
 * @throws SEXTANT_STORAGE_NOT_EMPTY, SEXTANT_STORAGE_ARCHIVE
 */
export async function importDatabases(options: ImportOptions): Promise<ContentDigest> {
  const { header, tables } = await surveyed(options.file);
  const targets = targetsOf(header, options.targets);
  // Alone: a second import would take the first one's half-made tables for those of one that was killed.
  return await options.migrator.exclusively({ plugin: 'import', database: 'main' }, () => importAlone(options, targets, tables));
}

async function importAlone(options: ImportOptions, targets: readonly MigrationTarget[], tables: number): Promise<ContentDigest> {
  await eachDatabase(options.databases, begin);
  try {
    await options.prepareJobs();
    for (const target of targets) await options.migrator.migrate(target);
    const loaded = await load(options, tables);
    const present = await contentDigest(options.databases);
    if (present.sha256 !== loaded.sha256) throw broken('After the import the content differs from the archive.');
    await eachDatabase(options.databases, (client) => client.query(`drop schema ${MARKER} cascade`));
    return present;
  } catch (error) {
    await eachDatabase(options.databases, clear).catch(() => undefined);
    if (SextantError.is(error)) throw error;
    throw broken(error instanceof Error ? error.message : String(error), error);
  }
}

/** Whether an import was killed half way: a program must not start on such a database. */
export async function isImportUnfinished(databases: Databases): Promise<boolean> {
  for (const { pool } of databases.distinct()) {
    const { rowCount } = await pool.pool.query('select 1 from pg_namespace where nspname = $1', [MARKER]);
    if ((rowCount ?? 0) > 0) return true;
  }
  return false;
}

/** Reads the whole archive once before anything is changed. */
async function surveyed(file: string): Promise<{ readonly header: ArchiveHeader; readonly tables: number }> {
  let header: ArchiveHeader | undefined;
  let tables = 0;
  for await (const frame of readArchive(file)) {
    if (frame.kind === 'header') header = frame.header;
    if (frame.kind === 'table') tables += 1;
  }
  return { header: header!, tables };
}

/** The migrations that the archive's rows fit: no more, no fewer. */
function targetsOf(header: ArchiveHeader, installed: readonly MigrationTarget[]): readonly MigrationTarget[] {
  const missing = [...new Set(header.plugins.map(({ plugin }) => plugin))].filter(
    (plugin) => !installed.some((target) => target.plugin === plugin),
  );
  if (missing.length > 0) {
    throw new SextantError('SEXTANT_STORAGE_ARCHIVE', {
      what: 'The archive holds data of plugins that are not installed.',
      why: `They are: ${missing.join(', ')}.`,
      fix: 'Install them (they may stay disabled), or purge them before the export.',
    });
  }
  const newer = header.plugins.flatMap(({ plugin, migrations }) =>
    migrations.filter(
      (name) => !installed.some((target) => target.plugin === plugin && target.migrations.some((migration) => migration.name === name)),
    ),
  );
  if (newer.length > 0) {
    throw new SextantError('SEXTANT_STORAGE_ARCHIVE', {
      what: 'The archive was made by a newer program.',
      why: `This one does not know: ${newer.join(', ')}.`,
      fix: `Import it with the version that made it (kernel ${header.kernelVersion}) or a newer one.`,
    });
  }
  const archived = new Set(header.plugins.flatMap(({ plugin, migrations }) => migrations.map((name) => `${plugin} ${name}`)));
  return installed
    .filter((target) => target.plugin === KERNEL || header.plugins.some(({ plugin }) => plugin === target.plugin))
    .map((target) => ({ ...target, migrations: target.migrations.filter(({ name }) => archived.has(`${target.plugin} ${name}`)) }));
}

async function eachDatabase(databases: Databases, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  for (const { pool } of databases.distinct()) {
    const client = await pool.dedicated('sextant import');
    try {
      await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function begin(client: pg.Client): Promise<void> {
  const { rowCount: halfDone } = await client.query('select 1 from pg_namespace where nspname = $1', [MARKER]);
  const schemas = await ourSchemas(client);
  if (!halfDone && schemas.length > 0) {
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    throw new SextantError('SEXTANT_STORAGE_NOT_EMPTY', {
      what: `The database "${rows[0]!.name}" already holds data of Sextant.`,
      why: `It has the schemas ${schemas.join(', ')}.`,
      fix: 'Import into an empty database.',
    });
  }
  if (halfDone) await clear(client);
  await client.query(`create schema ${MARKER}`);
}

/** Only ever called on what this import, or one that was killed, has made in an empty database. */
async function clear(client: pg.Client): Promise<void> {
  for (const schema of [...(await ourSchemas(client)), MARKER])
    await client.query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`);
}

class Loader {
  #clients = new Map<SharedPool, pg.Client>();

  constructor(private readonly options: ImportOptions) {}

  /** The transaction of the database that this program keeps the schema in. */
  async clientFor(schema: string, archived: DatabaseName): Promise<pg.Client> {
    const plugin = pluginOf(schema);
    const database =
      schema === JOB_LIBRARY
        ? 'main'
        : plugin === KERNEL
          ? archived
          : (this.options.targets.find((target) => target.plugin === plugin)?.database ?? archived);
    const pool = this.options.databases.pool(database);
    let client = this.#clients.get(pool);
    if (client === undefined) {
      client = await pool.dedicated('sextant import');
      this.#clients.set(pool, client);
      await client.query('begin');
      await client.query(TRANSFER_SETTINGS);
      await withoutTriggers(client);
      await emptied(client);
    }
    return client;
  }

  async commit(): Promise<void> {
    for (const client of this.#clients.values()) await client.query('commit');
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await client.end().catch(() => undefined);
  }
}

/** Where the role may, foreign keys and triggers rest; elsewhere the order of the tables satisfies the keys, unless they form a ring. */
async function withoutTriggers(client: pg.Client): Promise<void> {
  await client.query('savepoint triggers');
  try {
    await client.query('set local session_replication_role to replica');
  } catch {
    await client.query('rollback to savepoint triggers');
  }
}

/** Migrations may have put rows in. */
async function emptied(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ schema: string; table: string }>(
    `select n.nspname as schema, c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any ($1::text[]) and c.relname <> 'sextant_migrations' and not (n.nspname = $2 and c.relname = 'migrations')`,
    [await ourSchemas(client), JOB_LIBRARY],
  );
  if (rows.length > 0) await client.query(`truncate ${rows.map(qualified).join(', ')} cascade`);
}

async function load(options: ImportOptions, tables: number): Promise<ContentDigest> {
  const loader = new Loader(options);
  const digests: TableDigest[] = [];
  try {
    const frames = readArchive(options.file);
    for await (const frame of frames) {
      if (frame.kind === 'table') {
        const digest = await loadTable(await loader.clientFor(frame.table.schema, frame.table.database), frame.table, frames);
        digests.push(digest);
        options.onProgress?.({ table: digest.table, rows: digest.rows, tablesDone: digests.length, tables });
      } else if (frame.kind === 'sequences')
        for (const sequence of frame.sequences) await restart(await loader.clientFor(sequence.schema, sequence.database), sequence);
    }
    await loader.commit();
    return summed(digests);
  } finally {
    await loader.close();
  }
}

async function loadTable(client: pg.Client, table: ArchivedTable, frames: AsyncGenerator<Frame>): Promise<TableDigest> {
  const target = client.query(copyFrom(copyIn(table)));
  const ended = finished(target);
  ended.catch(() => undefined);
  for (;;) {
    const { value: frame } = await frames.next();
    if (frame?.kind === 'data') {
      if (!target.write(frame.data)) await Promise.race([once(target, 'drain'), ended]);
    } else if (frame?.kind === 'end') {
      target.end();
      await ended;
      return { table: `${table.schema}.${table.table}`, ...frame.end };
    } else throw broken('A table in it is not complete.');
  }
}

async function restart(client: pg.Client, sequence: ArchivedSequence): Promise<void> {
  const name = `${pg.escapeIdentifier(sequence.schema)}.${pg.escapeIdentifier(sequence.name)}`;
  // One that the outbox numbers itself with goes on from where it is.
  if (sequence.schema === KERNEL && sequence.name.startsWith('job_outbox')) return;
  await client.query('select setval($1::regclass, $2, $3)', [name, sequence.value, sequence.called]);
}
