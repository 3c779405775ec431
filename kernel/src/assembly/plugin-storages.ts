import { type Logger, SextantError, type Storage, type StorageDefinition } from '@sextant/sdk';
import { refuseUnfitSealed } from '../secrets/sealed-columns.js';
import type { Databases } from '../storage/databases.js';
import { orderedMigrations } from '../storage/migration-ledger.js';
import type { MigrationTarget, Migrator } from '../storage/migrator.js';
import { PluginStorage } from '../storage/plugin-storage.js';

const WAIT_FOR_MIGRATOR = 10 * 60_000;

const editedSince = (plugin: string, migration: string): string =>
  `the migration "${migration}" was edited after it ran here, and what it says now was not done: undo the edit, and write another migration; ` +
  `where the data may be lost, sextant db purge ${plugin} --yes lets it run again`;

/** The storage of each plugin: migrated (or waited for) first, then opened. */
export class PluginStorages {
  readonly #open = new Map<string, PluginStorage>();
  readonly #targets = new Map<string, MigrationTarget>();

  constructor(
    private readonly databases: Databases,
    private readonly migrator: Migrator,
    /** This process migrates; others wait until it has. */
    private readonly migrates: boolean,
    private readonly log: (plugin: string) => Logger,
  ) {}

  /**
   * `degrade` is told of what is wrong with the storage and lets it run all the same.
   * @throws when the plugin's parts name different databases, and whatever migrating throws.
   */
  async open(
    plugin: string,
    definitions: readonly StorageDefinition[],
    signal: AbortSignal,
    degrade: (reason: string) => void,
  ): Promise<Storage> {
    const names = new Set(definitions.map((d) => d.database ?? 'main'));
    if (names.size > 1)
      throw new SextantError('SEXTANT_PLUGIN_FAILED', {
        what: `Plugin "${plugin}" stores in several databases: ${[...names].join(', ')}.`,
        fix: 'A plugin has one schema in one database.',
      });
    const database = [...names][0] ?? 'main';
    const lists = await Promise.all(definitions.map((d) => d.migrations()));
    // Several parts may name the same list; a migration counts once.
    const migrations = [
      ...new Map(lists.flatMap((list) => orderedMigrations(plugin, list)).map((migration) => [migration.name, migration])).values(),
    ];
    const entities = [...new Set((await Promise.all(definitions.map((d) => d.entities?.() ?? []))).flat())];
    const target = { plugin, database, migrations };
    this.#targets.set(plugin, target);
    if (this.migrates) await this.migrator.migrate(target);
    else await this.migrator.waitUntilMigrated(target, { timeout: WAIT_FOR_MIGRATOR, signal });
    for (const name of await this.migrator.changed(target)) degrade(editedSince(plugin, name));
    await refuseUnfitSealed(
      this.databases.pool(database),
      plugin,
      definitions.flatMap((d) => d.sealed ?? []),
    );
    const storage = await PluginStorage.open({
      plugin,
      pool: this.databases.pool(database),
      log: this.log(plugin),
      ...(entities.length > 0 ? { entities } : {}),
    });
    this.#open.set(plugin, storage);
    return storage;
  }

  of(plugin: string): Storage | undefined {
    return this.#open.get(plugin);
  }

  /** Gives back what the plugin's storage holds. It is opened anew when the plugin starts again. */
  async close(plugin: string): Promise<void> {
    const storage = this.#open.get(plugin);
    this.#open.delete(plugin);
    await storage?.close();
  }

  /** Every schema this process knows of, for `db status` and its like. */
  get targets(): readonly MigrationTarget[] {
    return [...this.#targets.values()];
  }
}
