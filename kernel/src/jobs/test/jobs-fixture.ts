import type { Logger } from '@sextant/sdk';
import { Boundary } from '../../boundary/boundary.js';
import { Databases } from '../../storage/databases.js';
import { kernelTargets } from '../../storage/kernel-migrations.js';
import { Migrator } from '../../storage/migrator.js';
import { createTestDatabase, type TestDatabase } from '../../storage/test-database.js';
import { JobsService, type JobsServiceOptions, migrateJobLibrary } from '../jobs-service.js';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

/** A database with the kernel's and the job library's tables, and as many services on it as a test wants. */
export interface JobsFixture {
  readonly database: TestDatabase;
  readonly databases: Databases;
  service(options?: Partial<JobsServiceOptions>): JobsService;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function prepareKernel(databases: Databases): Promise<void> {
  const migrator = new Migrator({ databases, kernelVersion: '1.0.0', log: silent });
  await migrator.exclusively({ plugin: 'job-library', database: 'main' }, () => migrateJobLibrary(databases));
  for (const target of kernelTargets(databases)) await migrator.migrate(target);
}

export async function jobsFixture(options: { readonly separateCodeintel?: boolean } = {}): Promise<JobsFixture> {
  const database = await createTestDatabase();
  const second = options.separateCodeintel ? await createTestDatabase() : undefined;
  const databases = new Databases({ main: database.config, ...(second ? { codeintel: second.config } : {}), log: silent, poolSize: 10 });
  await prepareKernel(databases);
  const boundary = new Boundary({ failed: () => undefined, allows: () => true });
  const services: JobsService[] = [];
  return {
    database,
    databases,
    service: (own = {}) => {
      const service = new JobsService({
        databases,
        boundary,
        log: silent,
        instance: `test-${services.length}`,
        concurrency: 4,
        pollInterval: 200,
        heartbeat: 200,
        silence: 1_000,
        tick: 100,
        grace: 300,
        noHandlerGrace: 0,
        ...own,
      });
      services.push(service);
      return service;
    },
    [Symbol.asyncDispose]: async () => {
      for (const service of services) await service.stop();
      await databases.end();
      await database.drop();
      await second?.drop();
    },
  };
}
