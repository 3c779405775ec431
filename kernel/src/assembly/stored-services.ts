import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { ProcessConfig } from '@sextant/config';
import { type Blobs, type Cache, type Limits, type Queryable, type Role, SextantError, type Storage } from '@sextant/sdk';
import { Redis } from 'ioredis';
import { FolderBlobs } from '../blobs/folder-blobs.js';
import { S3Blobs } from '../blobs/s3-blobs.js';
import type { Boundary } from '../boundary/boundary.js';
import { PluginCache } from '../cache/plugin-cache.js';
import { PluginLimits } from '../cache/plugin-limits.js';
import { PostgresCacheStore } from '../cache/postgres-cache-store.js';
import { PostgresLimitStore } from '../cache/postgres-limit-store.js';
import { RedisCacheStore } from '../cache/redis-cache-store.js';
import { RedisLimitStore } from '../cache/redis-limit-store.js';
import { EventBus } from '../events/event-bus.js';
import { PostgresTransport } from '../events/postgres-transport.js';
import { RedisTransport } from '../events/redis-transport.js';
import { JobsService, migrateJobLibrary } from '../jobs/jobs-service.js';
import type { Logs } from '../observability/logs.js';
import { KeyRing } from '../secrets/key-ring.js';
import { PluginSecrets } from '../secrets/plugin-secrets.js';
import { kernelTargets } from '../storage/kernel-migrations.js';
import { Migrator } from '../storage/migrator.js';
import { isImportUnfinished } from '../storage/transfer/import-databases.js';
import { KERNEL_VERSION } from '../version.js';
import { type OpenDatabase, openDatabase } from './database.js';
import { PluginStorages } from './plugin-storages.js';
import { SwitchTable } from './switch-table.js';

export interface StoredOptions {
  readonly config: ProcessConfig;
  readonly roles: readonly Role[];
  readonly dataDir: string;
  readonly instance: string;
  readonly logs: Logs;
  readonly signal: AbortSignal;
}

const WAIT_FOR_MIGRATOR = 10 * 60_000;

/** Everything that stands on the database: storage, jobs, events, cache, limits, secrets, blobs. */
export class Stored {
  readonly migrator: Migrator;
  readonly storages: PluginStorages;
  readonly switches: SwitchTable;
  readonly #keys: KeyRing;
  readonly #redis: Redis | undefined;
  readonly #s3: S3Client | undefined;
  #jobs: JobsService | undefined;
  #events: EventBus | undefined;

  constructor(
    private readonly options: StoredOptions,
    readonly database: OpenDatabase,
  ) {
    const { config, roles, dataDir, instance, logs } = options;
    const { databases } = database;
    this.migrator = new Migrator({ databases, kernelVersion: KERNEL_VERSION, log: logs.of('kernel'), instance });
    this.storages = new PluginStorages(databases, this.migrator, this.#migrates(roles), (plugin) => logs.of(plugin));
    const pool = databases.pool('main');
    const main: Queryable = { query: async (sql, parameters) => (await pool.query(sql, parameters)).rows as never };
    this.switches = new SwitchTable(main);
    this.#keys = KeyRing.open(config.keysDir ?? join(dataDir, 'keys'));
    this.#redis = config.redis.url ? new Redis(config.redis.url.reveal(), { lazyConnect: true, maxRetriesPerRequest: 3 }) : undefined;
    this.#redis?.on('error', (error: Error) => logs.of('kernel').warn('Redis does not answer', { error }));
    const { s3 } = config.blobs;
    this.#s3 = s3
      ? new S3Client({
          region: s3.region,
          forcePathStyle: s3.pathStyle,
          ...(s3.endpoint ? { endpoint: s3.endpoint } : {}),
          ...(s3.accessKeyId && s3.secretAccessKey
            ? { credentials: { accessKeyId: s3.accessKeyId.reveal(), secretAccessKey: s3.secretAccessKey.reveal() } }
            : {}),
        })
      : undefined;
  }

  /** Makes what enters plugin code, now that there is a boundary to enter it by. */
  connect(boundary: Boundary): void {
    const { logs, config, instance } = this.options;
    const log = logs.of('kernel');
    const { databases } = this.database;
    this.#jobs = new JobsService({ databases, boundary, log, instance, concurrency: config.jobs.concurrency, grace: 6_000 });
    this.#events = new EventBus({
      boundary,
      log,
      transport: this.#redis ? new RedisTransport(this.#redis, log) : new PostgresTransport(databases.pool('main'), log),
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
    if (!this.#s3) await FolderBlobs.sweep(join(this.options.dataDir, 'blobs'));
    await this.#redis?.connect();
    await this.events.start();
    await this.jobs.start({ work: roles.includes('worker') || roles.includes('index'), schedule: roles.includes('scheduler') });
  }

  storageOf(plugin: string): Storage {
    const storage = this.storages.of(plugin);
    if (!storage)
      throw new SextantError('SEXTANT_PLUGIN_FAILED', { what: `The storage of "${plugin}" is not open yet.`, fix: 'Use it from init on.' });
    return storage;
  }

  cacheOf(plugin: string): Cache {
    const main = this.database.databases.pool('main');
    return new PluginCache(
      plugin,
      this.#redis ? new RedisCacheStore(this.#redis) : new PostgresCacheStore(main),
      this.options.logs.of(plugin),
    );
  }

  limitsOf(plugin: string): Limits {
    const main = this.database.databases.pool('main');
    return new PluginLimits(plugin, this.#redis ? new RedisLimitStore(this.#redis) : new PostgresLimitStore(main));
  }

  secretsOf(plugin: string): PluginSecrets {
    return new PluginSecrets(this.#keys, plugin);
  }

  blobsOf(plugin: string): Blobs {
    const { s3 } = this.options.config.blobs;
    return this.#s3 && s3
      ? new S3Blobs({ client: this.#s3, bucket: s3.bucket }, plugin)
      : new FolderBlobs(join(this.options.dataDir, 'blobs'), plugin);
  }

  async close(): Promise<void> {
    await this.#jobs?.stop();
    await this.#events?.close();
    this.#redis?.disconnect();
    this.#s3?.destroy();
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
    return new Stored(options, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

function unconnected(): never {
  throw new Error('the stored services were not connected to a boundary');
}
