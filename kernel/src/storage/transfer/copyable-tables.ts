import pg from 'pg';
import { LEDGER } from '../migration-ledger.js';
import { pluginOf } from '../plugin-schema.js';

/** A table whose rows are carried over. */
export interface CopyableTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export const JOB_LIBRARY = 'graphile_worker';

// State of processes that run now, and what may be lost at any time.
const LEFT_OUT = new Set(['kernel.workers', 'kernel.processes', 'kernel.cache', 'kernel.limits', `${JOB_LIBRARY}.migrations`]);
// Who holds a job means nothing in another database; `seq` only orders the outbox, and two outboxes may become one.
const EMPTIED = new Set([
  `${JOB_LIBRARY}._private_jobs.locked_at`,
  `${JOB_LIBRARY}._private_jobs.locked_by`,
  `${JOB_LIBRARY}._private_job_queues.locked_at`,
  `${JOB_LIBRARY}._private_job_queues.locked_by`,
]);
const UNCOPIED_COLUMNS = new Set(['kernel.job_outbox.seq']);

const isOurs = (schema: string): boolean => schema === JOB_LIBRARY || pluginOf(schema) !== undefined;

/** Our schemas in this database. */
export async function ourSchemas(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>('select nspname as name from pg_namespace order by 1');
  return rows.map(({ name }) => name).filter(isOurs);
}

/** The tables to carry over, those that others refer to first. */
export async function copyableTables(client: pg.ClientBase): Promise<readonly CopyableTable[]> {
  const schemas = await ourSchemas(client);
  const { rows } = await client.query<{ oid: string; schema: string; table: string; columns: string[]; parents: string[] }>(
    `select c.oid::text, n.nspname as schema, c.relname as table,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attname) as columns,
       array(select distinct k.confrelid::text from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as parents
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any ($1::text[]) order by n.nspname, c.relname`,
    [schemas],
  );
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (oid: string): void => {
    const row = byOid.get(oid);
    if (row === undefined || ordered.has(oid) || visiting.has(oid)) return;
    visiting.add(oid);
    for (const parent of row.parents) visit(parent);
    ordered.add(oid);
  };
  for (const row of rows) visit(row.oid);
  return [...ordered]
    .map((oid) => byOid.get(oid)!)
    .filter((row) => row.table !== LEDGER && !LEFT_OUT.has(`${row.schema}.${row.table}`))
    .map(({ schema, table, columns }) => ({
      schema,
      table,
      columns: columns.filter((column) => !UNCOPIED_COLUMNS.has(`${schema}.${table}.${column}`)),
    }));
}

export const qualified = (table: Pick<CopyableTable, 'schema' | 'table'>): string =>
  `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.table)}`;

/** The statement that reads a table: as text, the one form that every major version reads. */
export function copyOut(table: CopyableTable): string {
  const columns = table.columns.map((column) =>
    EMPTIED.has(`${table.schema}.${table.table}.${column}`) ? 'null' : pg.escapeIdentifier(column),
  );
  return `copy (select ${columns.join(', ')} from only ${qualified(table)}) to stdout`;
}

export const copyIn = (table: CopyableTable): string =>
  `copy ${qualified(table)} (${table.columns.map((column) => pg.escapeIdentifier(column)).join(', ')}) from stdin`;

/** Makes values read the same whatever the server's or the role's defaults are. */
export const TRANSFER_SETTINGS = `set local statement_timeout to 0; set local timezone to 'UTC'; set local datestyle to 'ISO, YMD'; set local intervalstyle to 'postgres';
  set local extra_float_digits to 1; set local bytea_output to 'hex'; set local client_encoding to 'UTF8'`;
