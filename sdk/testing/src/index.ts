export { at, textAt } from './at.js';
export { type Contract, defineContract, describeContract } from './describe-contract.js';
export { type InMemoryServices, inMemoryServices } from './in-memory-services.js';
export { type RebindingDns, rebindingDns } from './rebinding-dns.js';
export { type LogLine, RecordedLog } from './recorded-log.js';
export { silentLog } from './silent-log.js';
export { type GraphQLAnswer, startTestKernel, type TestKernel, type TestKernelOptions } from './start-test-kernel.js';
export { TestClock } from './test-clock.js';
