import './storage-errors.js';
import { type Migration, SextantError } from '@sextant/sdk';
import pg from 'pg';

/** One row of the table that stands in the plugin's schema. */
export interface AppliedMigration {
  readonly name: string;
  /** SHA-256 of the statements it sent, in order. */
  readonly checksum: string;
  readonly kernelVersion: string;
  readonly breaking: boolean;
  readonly appliedAt: Date;
}

export const LEDGER = 'sextant_migrations';

export const ledgerOf = (schema: string): string => `${pg.escapeIdentifier(schema)}.${LEDGER}`;

export async function createLedger(client: pg.ClientBase, schema: string): Promise<void> {
  await client.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`);
  await client.query(
    `create table if not exists ${ledgerOf(schema)} (
       name text primary key, checksum text not null, kernel_version text not null,
       breaking boolean not null, applied_at timestamptz not null default clock_timestamp())`,
  );
}

/** Oldest first; empty when the plugin has no schema yet. */
export async function readLedger(client: pg.ClientBase | pg.Pool, schema: string): Promise<readonly AppliedMigration[]> {
  const { rows: found } = await client.query<{ ledger: string | null }>('select to_regclass($1) as ledger', [ledgerOf(schema)]);
  if (found[0]?.ledger == null) return [];
  const { rows } = await client.query<{ name: string; checksum: string; kernel_version: string; breaking: boolean; applied_at: Date }>(
    `select name, checksum, kernel_version, breaking, applied_at from ${ledgerOf(schema)} order by right(name, 13), name`,
  );
  return rows.map((row) => ({
    name: row.name,
    checksum: row.checksum,
    kernelVersion: row.kernel_version,
    breaking: row.breaking,
    appliedAt: row.applied_at,
  }));
}

const malformed = (plugin: string, what: string): SextantError =>
  new SextantError('SEXTANT_STORAGE_MIGRATION_INVALID', {
    what: `Plugin "${plugin}" ${what}.`,
    fix: "Write migrations: async () => [{ name: 'create-things-1764000000000', up: async (db) => { await db.query('…'); } }].",
  });

const TIMESTAMP = /[0-9]{13}$/;
const timestampOf = (migration: Migration): string => migration.name.slice(-13);

/** The plugin's migrations in the order of their timestamps. @throws SEXTANT_STORAGE_MIGRATION_INVALID */
export function orderedMigrations(plugin: string, migrations: readonly Migration[]): readonly Migration[] {
  const names = new Set<string>();
  if (!Array.isArray(migrations)) throw malformed(plugin, 'gives migrations that are not a list');
  for (const [at, { name, up }] of migrations.map((migration) => migration ?? {}).entries()) {
    if (typeof name !== 'string') throw malformed(plugin, `gives a migration without a name, at place ${at + 1}`);
    if (typeof up !== 'function') throw malformed(plugin, `gives the migration "${name}" without its function "up"`);
    if (!TIMESTAMP.test(name))
      throw new SextantError('SEXTANT_STORAGE_MIGRATION_INVALID', {
        what: `Plugin "${plugin}": the migration "${name}" does not end in 13 digits.`,
        fix: 'End its name with the milliseconds since 1970 at which it was written.',
      });
    if (names.has(name))
      throw new SextantError('SEXTANT_STORAGE_MIGRATION_INVALID', {
        what: `Plugin "${plugin}" has two migrations named "${name}".`,
        fix: 'Rename the newer one.',
      });
    names.add(name);
  }
  return [...migrations].sort((a, b) =>
    timestampOf(a) < timestampOf(b) ? -1 : timestampOf(a) > timestampOf(b) ? 1 : a.name < b.name ? -1 : 1,
  );
}
