import { hostname } from 'node:os';
import { type Logger, type Migration, type Queryable, type Row, SextantError } from '@sextant/sdk';
import pg from 'pg';
import { thrownWords } from '../services/sentence.js';
import { changedMigrations, StatementsHash } from './changed-migrations.js';
import type { DatabaseName, Databases } from './databases.js';
import { type AppliedMigration, createLedger, ledgerOf, orderedMigrations, readLedger } from './migration-ledger.js';
import { describeHolder, type LockHolder, migrationLockHolder, releaseMigrationLock, takeMigrationLock } from './migration-lock.js';
import { schemaOf } from './plugin-schema.js';
import { queryableOn } from './plugin-storage.js';

/** What is migrated: one plugin's schema in its database. */
export interface MigrationTarget {
  readonly plugin: string;
  readonly database: DatabaseName;
  readonly migrations: readonly Migration[];
}

export interface MigrationStatus {
  readonly plugin: string;
  readonly schema: string;
  readonly applied: readonly AppliedMigration[];
  /** Names, in the order they would run. */
  readonly pending: readonly string[];
  /** In the database and unknown to this program: it was migrated by a newer one. */
  readonly ahead: readonly AppliedMigration[];
}

export interface MigratorOptions {
  readonly databases: Databases;
  readonly kernelVersion: string;
  readonly log: Logger;
  /** Milliseconds to wait for another process that migrates; default 600,000. */
  readonly lockTimeout?: number;
  /** How this process names itself to waiters; default `host:pid`. */
  readonly instance?: string;
}

const POLL = 500;

/**
 * Runs the plugins' migrations. The loop is our own and not TypeORM's executor: that one cannot keep a checksum or a
 * breaking flag beside a migration, takes no lock, and lets unqualified statements fall into `public`.
 */
export class Migrator {
  readonly #name: string;

  constructor(private readonly options: MigratorOptions) {
    this.#name = `sextant migrate ${options.instance ?? `${hostname()}:${process.pid}`}`;
  }

  /**
   * Brings one schema up to date, each migration in a transaction of its own: a process that is killed resumes at the one
   * it was in. @returns the names it ran; none when another process did it meanwhile.
   * @throws SEXTANT_STORAGE_DATABASE_AHEAD, SEXTANT_STORAGE_MIGRATION_FAILED, SEXTANT_STORAGE_MIGRATION_LOCKED
   */
  async migrate(target: MigrationTarget): Promise<readonly string[]> {
    const ordered = orderedMigrations(target.plugin, target.migrations);
    const schema = schemaOf(target.plugin);
    return await this.exclusively(target, async (client) => {
      await createLedger(client, schema);
      const status = statusOf(target.plugin, ordered, await readLedger(client, schema));
      this.#refuseAhead(status);
      const pending = ordered.filter((migration) => status.pending.includes(migration.name));
      for (const migration of pending) await this.#run(client, target.plugin, schema, migration);
      return pending.map((migration) => migration.name);
    });
  }

  /** Runs `work` under the plugin's migration lock, on a connection of its own. */
  async exclusively<R>(target: Pick<MigrationTarget, 'plugin' | 'database'>, work: (client: pg.Client) => Promise<R>): Promise<R> {
    const client = await this.options.databases.pool(target.database).dedicated(this.#name);
    try {
      await takeMigrationLock(client, target.plugin, {
        timeout: this.options.lockTimeout ?? 600_000,
        waiting: (holder) =>
          this.options.log.info(
            `Waiting for the migrations of "${target.plugin}"${holder === undefined ? '' : `, held by ${describeHolder(holder)}`}.`,
            { plugin: target.plugin },
          ),
      });
      const result = await work(client);
      await releaseMigrationLock(client, target.plugin);
      return result;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Changes nothing. */
  async status(target: MigrationTarget): Promise<MigrationStatus> {
    const { pool } = this.options.databases.pool(target.database);
    return statusOf(target.plugin, orderedMigrations(target.plugin, target.migrations), await readLedger(pool, schemaOf(target.plugin)));
  }

  /** Names of migrations that ran here and were edited since. What they now say was never done to this database. */
  async changed(target: MigrationTarget): Promise<readonly string[]> {
    const { pool } = this.options.databases.pool(target.database);
    return await changedMigrations(orderedMigrations(target.plugin, target.migrations), await readLedger(pool, schemaOf(target.plugin)));
  }

  /** What `migrate` would run, in order. @throws SEXTANT_STORAGE_DATABASE_AHEAD */
  async plan(target: MigrationTarget): Promise<readonly string[]> {
    const status = await this.status(target);
    this.#refuseAhead(status);
    return status.pending;
  }

  /** Who migrates the plugin right now. */
  async holder(target: Pick<MigrationTarget, 'plugin' | 'database'>): Promise<LockHolder | undefined> {
    const client = await this.options.databases.pool(target.database).pool.connect();
    try {
      return await migrationLockHolder(client, target.plugin);
    } finally {
      client.release();
    }
  }

  /**
   * For roles that do not migrate: returns when nothing is pending, and says meanwhile who is at it.
   * @throws SEXTANT_STORAGE_MIGRATION_PENDING after `timeout` milliseconds, SEXTANT_STORAGE_DATABASE_AHEAD
   */
  async waitUntilMigrated(target: MigrationTarget, options: { readonly timeout: number; readonly signal?: AbortSignal }): Promise<void> {
    const started = performance.now();
    let said: string | undefined;
    for (;;) {
      const status = await this.status(target);
      this.#refuseAhead(status);
      if (status.pending.length === 0) return;
      const holder = await this.holder(target);
      const who = holder === undefined ? 'No process migrates it yet.' : `${describeHolder(holder)} migrates it.`;
      if (performance.now() - started >= options.timeout) {
        throw new SextantError('SEXTANT_STORAGE_MIGRATION_PENDING', {
          what: `${status.pending.length} migration(s) of "${target.plugin}" are pending, the first is "${status.pending[0]}".`,
          why: who,
          fix: 'Start a process with the role migrator, or run `sextant db migrate`.',
        });
      }
      if (said !== who)
        this.options.log.info(`Waiting until the database of "${target.plugin}" is migrated. ${who}`, {
          plugin: target.plugin,
          pending: status.pending.length,
        });
      said = who;
      options.signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, Math.min(POLL, Math.max(1, options.timeout))));
    }
  }

  /** Drops the plugin's schema with all its data. The only thing that does. @returns whether there was one. */
  async purge(target: Pick<MigrationTarget, 'plugin' | 'database'>): Promise<boolean> {
    const schema = schemaOf(target.plugin);
    return await this.exclusively(target, async (client) => {
      const { rowCount } = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
      await client.query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`);
      return (rowCount ?? 0) > 0;
    });
  }

  async #run(client: pg.Client, plugin: string, schema: string, migration: Migration): Promise<void> {
    const statements = new StatementsHash();
    const started = performance.now();
    try {
      await client.query('begin');
      // LOCAL: it ends with this transaction. `public` stays behind for extensions.
      await client.query(`set local search_path to ${pg.escapeIdentifier(schema)}, public`);
      await migration.up(recording(queryableOn(client), statements));
      await client.query(`insert into ${ledgerOf(schema)} (name, checksum, kernel_version, breaking) values ($1, $2, $3, $4)`, [
        migration.name,
        statements.digest(),
        this.options.kernelVersion,
        migration.breaking ?? false,
      ]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw new SextantError('SEXTANT_STORAGE_MIGRATION_FAILED', {
        what: `The migration "${migration.name}" of "${plugin}" failed and was rolled back.`,
        why: thrownWords(error),
        fix: 'Mend its cause and start again: it is resumed at this migration.',
        cause: error,
      });
    }
    this.options.log.info(`Migrated "${plugin}": ${migration.name}.`, { plugin, milliseconds: Math.round(performance.now() - started) });
  }

  #refuseAhead(status: MigrationStatus): void {
    const breaking = status.ahead.filter((migration) => migration.breaking);
    if (breaking.length > 0) {
      throw new SextantError('SEXTANT_STORAGE_DATABASE_AHEAD', {
        what: `The database of "${status.plugin}" is newer than this program.`,
        why: `${breaking.map((migration) => `"${migration.name}" (kernel ${migration.kernelVersion}, ${migration.appliedAt.toISOString()})`).join(', ')} changed it in a way older programs must not write to.`,
        fix: 'Run the newer version again, or import an export that was made before the upgrade.',
      });
    }
    if (status.ahead.length > 0) {
      this.options.log.warn(
        `The database of "${status.plugin}" holds migrations that this program does not know. None of them is breaking, so it goes on.`,
        { plugin: status.plugin, ahead: status.ahead.map((migration) => migration.name) },
      );
    }
  }
}

function statusOf(plugin: string, ordered: readonly Migration[], applied: readonly AppliedMigration[]): MigrationStatus {
  const done = new Set(applied.map((migration) => migration.name));
  const known = new Set(ordered.map((migration) => migration.name));
  return {
    plugin,
    schema: schemaOf(plugin),
    applied,
    pending: ordered.filter((migration) => !done.has(migration.name)).map((migration) => migration.name),
    ahead: applied.filter((migration) => !known.has(migration.name)),
  };
}

const recording = (db: Queryable, statements: StatementsHash): Queryable => ({
  query: <R extends object = Row>(sql: string, parameters?: readonly unknown[]) => {
    statements.add(sql);
    return db.query<R>(sql, parameters);
  },
});
