import './config-errors.js';

export { Configuration, type LoadOptions, type PluginSwitches } from './configuration.js';
export { discoverFile } from './discovered-file.js';
export { environmentLayer } from './environment-layer.js';
export type { ConfiguredPlugin, Explanation } from './explain.js';
export { type Layer, mergeLayers, type Tree } from './layers.js';
export { type ProcessConfig, processSchema } from './process-schema.js';
export { redact } from './redact.js';
export { checkSlice, invalid, nearest, objectOf, type Problem } from './slice.js';
export type { WrittenKey } from './written-keys.js';
