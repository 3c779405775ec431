export { builtinPlugins } from './builtin-plugins.js';
export { discoveredConfiguration } from './discovered-configuration.js';
export { ALL_IN_ONE, describe, type HostOptions, type Running, runHost } from './run-host.js';
