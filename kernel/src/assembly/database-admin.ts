import { resolve } from 'node:path';
import type { Manifest } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import { migrateJobLibrary } from '../jobs/jobs-service.js';
import { unknownPlugin } from '../lifecycle/switchboard.js';
import { kernelTargets } from '../storage/kernel-migrations.js';
import type { MigrationStatus, MigrationTarget } from '../storage/migrator.js';
import type { ContentDigest } from '../storage/transfer/content-digest.js';
import { exportDatabases, type TransferProgress } from '../storage/transfer/export-databases.js';
import { importDatabases } from '../storage/transfer/import-databases.js';
import { KERNEL_VERSION } from '../version.js';
import { storageDefinitions } from './storage-definitions.js';
import type { Stored } from './stored-services.js';

export interface TransferOptions {
  readonly signal: AbortSignal;
  progress(text: string): void;
}

const sayProgress = ({ table, rows, tablesDone, tables }: TransferProgress): string =>
  `${table}: ${rows} rows (${tablesDone} of ${tables} tables)`;

/** What an administrator does to the database, without starting any plugin: parts are read for what they store, no more. */
export class DatabaseAdmin {
  constructor(
    private readonly manifests: readonly Manifest[],
    private readonly stored: Stored,
  ) {}

  async status(): Promise<readonly MigrationStatus[]> {
    return Promise.all((await this.targets()).map((target) => this.stored.migrator.status(target)));
  }

  /** @returns what was applied, in order. */
  async migrate(): Promise<readonly { readonly plugin: string; readonly name: string }[]> {
    const { migrator, database } = this.stored;
    await migrator.exclusively({ plugin: 'job-library', database: 'main' }, () => migrateJobLibrary(database.databases));
    const applied: { plugin: string; name: string }[] = [];
    for (const target of await this.targets())
      for (const name of await migrator.migrate(target)) applied.push({ plugin: target.plugin, name });
    return applied;
  }

  /** Writes everything to one file. Secrets in it stay sealed: the folder `keys` is kept beside it. */
  async export(file: string, options: TransferOptions): Promise<ContentDigest> {
    const digest = await exportDatabases({
      databases: this.stored.database.databases,
      targets: await this.targets(),
      kernelVersion: KERNEL_VERSION,
      file: resolve(file),
      signal: options.signal,
      onProgress: (p) => options.progress(sayProgress(p)),
    });
    await this.stored.acts.record('database', 'exported', { sha256: digest.sha256 });
    return digest;
  }

  /** Fills an empty database from such a file, and brings it up to date. @throws SEXTANT_STORAGE_NOT_EMPTY, SEXTANT_STORAGE_ARCHIVE */
  async import(file: string, options: TransferOptions): Promise<ContentDigest> {
    const { databases } = this.stored.database;
    const { migrator } = this.stored;
    const prepareJobs = () => migrator.exclusively({ plugin: 'job-library', database: 'main' }, () => migrateJobLibrary(databases));
    const digest = await importDatabases({
      databases,
      migrator,
      targets: await this.targets(),
      prepareJobs,
      file: resolve(file),
      onProgress: (p) => options.progress(sayProgress(p)),
    });
    await this.migrate();
    await this.stored.acts.record('database', 'imported', { sha256: digest.sha256 });
    return digest;
  }

  /**
   * Deletes everything a plugin has stored, one that is no longer installed too. @returns whether it had a schema
   * @throws SEXTANT_PLUGIN_ALWAYS_ON for the kernel's own; SEXTANT_PLUGIN_UNKNOWN when there is neither such a plugin nor anything of it
   */
  async purge(plugin: string): Promise<boolean> {
    if (plugin === 'kernel')
      throw new SextantError('SEXTANT_PLUGIN_ALWAYS_ON', { what: 'The kernel’s own tables cannot be purged.', fix: 'Name a plugin.' });
    const target = (await this.targets()).find((t) => t.plugin === plugin) ?? { plugin, database: 'main' as const };
    const ids = this.manifests.map(({ id }) => id);
    await this.stored.acts.record('plugin', 'purged', { plugin });
    const existed = await this.stored.migrator.purge(target);
    await this.stored.jobs.purge(plugin);
    if (!existed && !ids.includes(plugin)) throw unknownPlugin(plugin, ids);
    return existed;
  }

  /** Every schema the installed plugins have, and the kernel's. */
  async targets(): Promise<readonly MigrationTarget[]> {
    const targets: MigrationTarget[] = [...kernelTargets(this.stored.database.databases)];
    for (const manifest of this.manifests) {
      const definitions = await storageDefinitions(manifest);
      if (definitions.length === 0) continue;
      const migrations = (await Promise.all(definitions.map((d) => d.migrations()))).flat();
      targets.push({
        plugin: manifest.id,
        database: definitions[0]?.database ?? 'main',
        migrations: [...new Map(migrations.map((m) => [m.name, m])).values()],
      });
    }
    return targets;
  }
}
