export { Kernel, type KernelOptions } from './assembly/kernel.js';
export { dataFolder } from './assembly/data-folder.js';
export { bootTable } from './boot/boot-table.js';
export { Logs } from './observability/logs.js';
export { createTestDatabase, type TestDatabase } from './storage/test-database.js';
export { KERNEL_VERSION } from './version.js';
export { JobSpy } from './jobs/job-spy.js';
export { EmbeddedPostgres } from './storage/embedded/embedded-postgres.js';
