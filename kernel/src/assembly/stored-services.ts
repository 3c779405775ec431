import { join } from 'node:path';
import type { ProcessConfig } from '@sextant/config';
import { type Blobs, type Cache, type Limits, type Queryable, type Role, SextantError, type Storage } from '@sextant/sdk';
import { FolderBlobs } from '../blobs/folder-blobs.js';
import type { Boundary } from '../boundary/boundary.js';
import type { LimitStore } from '../cache/limit-store.js';
import { PluginCache } from '../cache/plugin-cache.js';
import { PluginLimits } from '../cache/plugin-limits.js';
import { PostgresCacheStore } from '../cache/postgres-cache-store.js';
import { PostgresLimitStore } from '../cache/postgres-limit-store.js';
import { EventBus } from '../events/event-bus.js';
import { PostgresTransport } from '../events/postgres-transport.js';
import { JobsService, migrateJobLibrary } from '../jobs/jobs-service.js';
import type { Logs } from '../observability/logs.js';
import type { Tracing } from '../observability/tracing.js';
import { OutboundLog } from '../outbound/outbound-log.js';
import { answerForKeys, askForKey, type KeyHolders } from '../secrets/key-holders.js';
import { KeyRing } from '../secrets/key-ring.js';
import { PluginSecrets } from '../secrets/plugin-secrets.js';
import { kernelTargets } from '../storage/kernel-migrations.js';
import { Migrator } from '../storage/migrator.js';
import { isImportUnfinished } from '../storage/transfer/import-databases.js';
import { KERNEL_VERSION } from '../version.js';
import { ActTable } from './act-table.js';
import { ConfigurationHistory } from './configuration-history.js';
import { type OpenDatabase, openDatabase } from './database.js';
import { type OutsideStores, openOutsideStores } from './outside-stores.js';
import { PluginStorages } from './plugin-storages.js';
import { ProcessTable } from './process-table.js';
import { SwitchTable } from './switch-table.js';

export interface StoredOptions {
  readonly config: ProcessConfig;
  readonly roles: readonly Role[];
  readonly dataDir: string;
  readonly instance: string;
  readonly logs: Logs;
  readonly signal: AbortSignal;
}

/** Milliseconds that running processes have to say whether they have a new key. */
const KEY_PATIENCE = 3_000;
const WAIT_FOR_MIGRATOR = 10 * 60_000;

/** Everything that stands on the database: storage, jobs, events, cache, limits, secrets, blobs. */
export class Stored {
  readonly migrator: Migrator;
  readonly storages: PluginStorages;
  readonly switches: SwitchTable;
  readonly processes: ProcessTable;
  readonly keys: KeyRing;
  readonly outboundLog: OutboundLog;
  readonly acts: ActTable;
  readonly configurationHistory: ConfigurationHistory;
  #jobs: JobsService | undefined;
  #events: EventBus | undefined;
  #listening = false;

  constructor(
    private readonly options: StoredOptions,
    readonly database: OpenDatabase,
    private readonly outside: OutsideStores,
  ) {
    const { config, roles, dataDir, instance, logs } = options;
    const { databases } = database;
    this.migrator = new Migrator({ databases, kernelVersion: KERNEL_VERSION, log: logs.of('kernel'), instance });
    this.storages = new PluginStorages(databases, this.migrator, this.#migrates(roles), (plugin) => logs.of(plugin));
    const pool = databases.pool('main');
    const main: Queryable = { query: async (sql, parameters) => (await pool.query(sql, parameters)).rows as never };
    this.switches = new SwitchTable(main);
    this.processes = new ProcessTable(main);
    this.acts = new ActTable(main);
    this.configurationHistory = new ConfigurationHistory(main);
    this.outboundLog = new OutboundLog({ keep: config.outbound.log, instance, db: main, log: logs.of('kernel') });
    this.keys = KeyRing.open(config.keysDir ?? join(dataDir, 'keys'));
  }

  /** Makes what enters plugin code, now that there is a boundary to enter it by. */
  connect(boundary: Boundary, tracing: Tracing): void {
    const { logs, config, instance } = this.options;
    const log = logs.of('kernel');
    const { databases } = this.database;
    this.#jobs = new JobsService({ databases, boundary, tracing, log, instance, concurrency: config.jobs.concurrency, grace: 6_000 });
    this.#events = new EventBus({
      boundary,
      log,
      transport: this.outside.redis?.events ?? new PostgresTransport(databases.pool('main'), log),
    });
  }

  get jobs(): JobsService {
    return this.#jobs ?? unconnected();
  }

  get events(): EventBus {
    return this.#events ?? unconnected();
  }

  async start(roles: readonly Role[], signal: AbortSignal): Promise<void> {
    const { databases } = this.database;
    if (await isImportUnfinished(databases))
      throw new SextantError('SEXTANT_STORAGE_ARCHIVE', {
        what: 'An import into this database was interrupted.',
        fix: 'Run `sextant db import` again; it begins anew.',
      });
    const targets = kernelTargets(databases);
    if (this.#migrates(roles)) {
      await this.migrator.exclusively({ plugin: 'job-library', database: 'main' }, () => migrateJobLibrary(databases));
      for (const target of targets) await this.migrator.migrate(target);
    } else {
      for (const target of targets) await this.migrator.waitUntilMigrated(target, { timeout: WAIT_FOR_MIGRATOR, signal });
    }
    if (!this.outside.blobs) await FolderBlobs.sweep(join(this.options.dataDir, 'blobs'));
    await this.listen();
    answerForKeys(this.events.forPlugin('kernel'), this.keys, this.options.instance);
    await this.jobs.start({
      work: roles.includes('worker') || roles.includes('index'),
      schedule: roles.includes('scheduler'),
      alone: this.database.alone && !roles.includes('cli'),
    });
  }

  /** Hears events from now on. */
  async listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    await this.outside.redis?.connect();
    await this.events.start();
  }

  /** Which running processes have a key. */
  async askForKey(id: string, signal: AbortSignal): Promise<KeyHolders> {
    await this.listen();
    return await askForKey(this.events.forPlugin('kernel'), id, KEY_PATIENCE, signal);
  }

  storageOf(plugin: string): Storage {
    const storage = this.storages.of(plugin);
    if (!storage)
      throw new SextantError('SEXTANT_PLUGIN_FAILED', { what: `The storage of "${plugin}" is not open yet.`, fix: 'Use it from init on.' });
    return storage;
  }

  cacheOf(plugin: string): Cache {
    const main = this.database.databases.pool('main');
    return new PluginCache(plugin, this.outside.redis?.cache ?? new PostgresCacheStore(main), this.options.logs.of(plugin));
  }

  limitsOf(plugin: string): Limits {
    const main = this.database.databases.pool('main');
    return new PluginLimits(plugin, this.outside.redis?.limits ?? new PostgresLimitStore(main));
  }

  /** For the kernel's own limits. */
  get limitStore(): LimitStore {
    return this.outside.redis?.limits ?? new PostgresLimitStore(this.database.databases.pool('main'));
  }

  secretsOf(plugin: string): PluginSecrets {
    return new PluginSecrets(this.keys, plugin);
  }

  blobsOf(plugin: string): Blobs {
    return this.outside.blobs?.(plugin) ?? new FolderBlobs(join(this.options.dataDir, 'blobs'), plugin);
  }

  async close(): Promise<void> {
    await this.#jobs?.stop();
    await this.#events?.close();
    await this.outboundLog.close();
    this.outside.close();
    await this.database.close();
  }

  #migrates(roles: readonly Role[]): boolean {
    return roles.includes('migrator') || roles.includes('cli');
  }
}

/** Undefined for roles that must not reach a database. */
export async function openStored(options: StoredOptions): Promise<Stored | undefined> {
  const database = await openDatabase(options.config, options.roles, options.dataDir, options.logs.of('kernel'), options.signal);
  if (!database) return undefined;
  try {
    return new Stored(options, database, await openOutsideStores(options.config, options.logs.of('kernel')));
  } catch (error) {
    await database.close();
    throw error;
  }
}

function unconnected(): never {
  throw new Error('the stored services were not connected to a boundary');
}

/** @throws for a process without a database. */
export function needStored(stored: Stored | undefined): Stored {
  if (stored) return stored;
  throw new SextantError('SEXTANT_STORAGE_DSN_NEEDED', {
    what: 'This process has no database.',
    fix: 'Give it a role that stores, such as cli.',
  });
}
