import { AsyncLocalStorage } from 'node:async_hooks';
import { type EntityClass, SextantError } from '@sextant/sdk';
import { DataSource, type EntityManager } from 'typeorm';
import { EntityRepository, type UseRepository } from './entity-repository.js';
import type { Lease } from './shared-pool.js';

type Connected = (error: unknown, client?: unknown, release?: (error?: Error) => void) => void;

/**
 * The entities of one plugin in a TypeORM DataSource that has no pool of its own: its driver is handed leases of the shared one.
 * A DataSource that fails or is destroyed takes no other plugin's connections along.
 */
export class EntitySource {
  readonly #transactions = new AsyncLocalStorage<Lease>();
  readonly #source: DataSource;

  private constructor(
    private readonly plugin: string,
    schema: string,
    entities: readonly EntityClass<object>[],
    lease: () => Promise<Lease>,
  ) {
    const transactions = this.#transactions;
    class LeasedPool {
      on(): this {
        return this;
      }
      connect(connected: Connected): void {
        const open = transactions.getStore();
        if (open) connected(undefined, open.client, () => undefined);
        else lease().then((own) => connected(undefined, own.client, (error) => own.release(error)), connected);
      }
      end(ended: () => void): void {
        ended();
      }
    }
    this.#source = new DataSource({
      type: 'postgres',
      schema,
      entities: [...entities] as (new () => object)[],
      driver: { Pool: LeasedPool },
      // Without it TypeORM looks for pg-native, in the end in the node_modules of the working folder, and runs what it finds.
      nativeDriver: false,
      synchronize: false,
      migrationsRun: false,
      dropSchema: false,
      installExtensions: false,
      logging: false,
    });
  }

  static async open(
    plugin: string,
    schema: string,
    entities: readonly EntityClass<object>[],
    lease: () => Promise<Lease>,
  ): Promise<EntitySource> {
    const source = new EntitySource(plugin, schema, entities, lease);
    await source.#source.initialize();
    return source;
  }

  get manager(): EntityManager {
    return this.#source.manager;
  }

  /** An entity manager on the connection of an open transaction; `release` before the connection goes back. */
  async managerOn(lease: Lease): Promise<{ readonly manager: EntityManager; release(): Promise<void> }> {
    const runner = this.#source.createQueryRunner();
    await this.#transactions.run(lease, () => runner.connect());
    return { manager: runner.manager, release: () => runner.release() };
  }

  /** The SDK's repository of an entity; `use` says on which connection, and when. */
  repository<E extends object>(entity: EntityClass<E>, use: UseRepository<E>): EntityRepository<E> {
    return new EntityRepository<E>(entity.name, use);
  }

  repositoryOf<E extends object>(manager: EntityManager, entity: EntityClass<E>) {
    if (!this.#source.hasMetadata(entity as new () => E)) {
      throw new SextantError('SEXTANT_STORAGE_ENTITY', {
        what: `Plugin "${this.plugin}" has no entity "${entity.name}".`,
        fix: 'Add the class to `entities` of r.storage().',
      });
    }
    return manager.getRepository<E>(entity as new () => E);
  }

  async close(): Promise<void> {
    if (this.#source.isInitialized) await this.#source.destroy();
  }
}
