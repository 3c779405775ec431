import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { DatabaseName, Databases } from '../databases.js';
import { readLedger } from '../migration-ledger.js';
import type { MigrationTarget } from '../migrator.js';
import { KERNEL, pluginOf } from '../plugin-schema.js';
import { ARCHIVE_FORMAT, type ArchivedPlugin, type ArchivedSequence, type Frame, FrameEncoder, noFile } from './archive.js';
import { type ContentDigest, summed, type TableDigest } from './content-digest.js';
import { copyableTables, copyOut, ourSchemas, TRANSFER_SETTINGS } from './copyable-tables.js';
import { RowDigest } from './row-digest.js';

export interface TransferProgress {
  /** `plugin_git.repositories` */
  readonly table: string;
  readonly rows: number;
  readonly tablesDone: number;
  readonly tables: number;
}

export interface ExportOptions {
  readonly databases: Databases;
  /** Of the plugins that are installed: they tell which logical database a schema belongs to. */
  readonly targets: readonly MigrationTarget[];
  readonly kernelVersion: string;
  /** Written beside and renamed when it is whole; readable by its owner alone. */
  readonly file: string;
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal;
}

interface Source {
  readonly name: DatabaseName;
  readonly client: pg.Client;
}

/** Writes everything the databases hold to one file. It reads one moment of each database, and stops nobody from writing. @throws SEXTANT_STORAGE_ARCHIVE_FILE */
export async function exportDatabases(options: ExportOptions): Promise<ContentDigest> {
  const part = `${options.file}.part`;
  const sources: Source[] = [];
  await prepareFile(options.file, part);
  try {
    for (const { name, pool } of options.databases.distinct()) {
      const client = await pool.dedicated('sextant export');
      sources.push({ name, client });
      await client.query('begin isolation level repeatable read read only');
      await client.query(TRANSFER_SETTINGS);
    }
    const digest = await write(options, sources, part);
    const file = await open(part, 'r');
    await file.sync();
    await file.close();
    await rename(part, options.file);
    return digest;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    for (const { client } of sources) await client.end().catch(() => undefined);
  }
}

/** Sees before the work that its result can be put there. */
async function prepareFile(file: string, part: string): Promise<void> {
  try {
    if (await isFolder(file)) throw new Error('It is a folder.');
    await writeFile(part, '', { mode: 0o600 });
  } catch (error) {
    throw noFile('written', file, error);
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );

async function write(options: ExportOptions, sources: readonly Source[], path: string): Promise<ContentDigest> {
  const zip = createGzip({ level: 6 });
  const target = createWriteStream(path, { mode: 0o600 });
  const written = finished(zip.pipe(target));
  written.catch(() => undefined);
  const encoder = new FrameEncoder();
  const emit = async (bytes: Buffer): Promise<void> => {
    options.signal?.throwIfAborted();
    if (!zip.write(bytes)) await Promise.race([once(zip, 'drain'), written]);
  };
  const put = (frame: Exclude<Frame, { kind: 'done' }>): Promise<void> => emit(encoder.encode(frame));

  const databaseOf = (schema: string, found: DatabaseName): DatabaseName => {
    const plugin = pluginOf(schema);
    return plugin === KERNEL ? found : (options.targets.find((one) => one.plugin === plugin)?.database ?? found);
  };
  const { rows } = await sources[0]!.client.query<{ version: string }>(`select current_setting('server_version') as version`);
  const plugins: ArchivedPlugin[] = [];
  for (const { name, client } of sources) {
    for (const schema of await ourSchemas(client)) {
      const plugin = pluginOf(schema);
      if (plugin !== undefined)
        plugins.push({
          plugin,
          database: databaseOf(schema, name),
          migrations: (await readLedger(client, schema)).map((migration) => migration.name),
        });
    }
  }
  await put({
    kind: 'header',
    header: {
      format: ARCHIVE_FORMAT,
      kernelVersion: options.kernelVersion,
      postgres: rows[0]!.version,
      createdAt: new Date().toISOString(),
      plugins,
    },
  });

  const all = (
    await Promise.all(sources.map(async ({ name, client }) => (await copyableTables(client)).map((table) => ({ name, client, table }))))
  ).flat();
  const digests: TableDigest[] = [];
  for (const { name, client, table } of all) {
    await put({ kind: 'table', table: { database: databaseOf(table.schema, name), ...table } });
    const digest = new RowDigest();
    for await (const chunk of client.query(copyTo(copyOut(table), { highWaterMark: 256 * 1024 }))) {
      digest.update(chunk as Buffer);
      await put({ kind: 'data', data: chunk as Buffer });
    }
    await put({ kind: 'end', end: { rows: digest.rows, digest: digest.hex() } });
    digests.push({ table: `${table.schema}.${table.table}`, rows: digest.rows, digest: digest.hex() });
    options.onProgress?.({ table: `${table.schema}.${table.table}`, rows: digest.rows, tablesDone: digests.length, tables: all.length });
  }
  const sequences: ArchivedSequence[] = [];
  for (const { name, client } of sources)
    sequences.push(...(await sequencesOf(client)).map((sequence) => ({ ...sequence, database: databaseOf(sequence.schema, name) })));
  await put({ kind: 'sequences', sequences });
  await emit(encoder.done());
  zip.end();
  await written;
  return summed(digests);
}

async function sequencesOf(client: pg.ClientBase): Promise<readonly Omit<ArchivedSequence, 'database'>[]> {
  const { rows } = await client.query<{ schema: string; name: string; value: string | null }>(
    'select schemaname as schema, sequencename as name, last_value::text as value from pg_sequences where schemaname = any ($1::text[]) order by 1, 2',
    [await ourSchemas(client)],
  );
  return rows.flatMap(({ schema, name, value }) => (value === null ? [] : [{ schema, name, value, called: true }]));
}
