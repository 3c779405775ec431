import { SextantError } from '@sextant/sdk';
import { isTree, type Layer } from './layers.js';
import { loadNamedFile } from './load-named-file.js';
import { parseYaml, unreadableFile } from './parse-yaml.js';
import { readTrustedFile } from './trusted-file.js';

/**
 * Reads a file that the caller has named, as data or as code.
 * @param fresh reads a module anew that the process has loaded before
 */
export function namedFileLayer(path: string, fresh: boolean): Promise<Layer> {
  return layerOf(path, () => loadNamedFile(path, fresh));
}

/** Reads a file that nobody has named: data only, and only where no other account can have written it. */
export function discoveredFileLayer(path: string): Promise<Layer> {
  return layerOf(path, async () => parseYaml(path, await readTrustedFile(path)));
}

async function layerOf(path: string, read: () => Promise<unknown>): Promise<Layer> {
  const values: unknown = await read().catch((cause: unknown) => {
    if (SextantError.is(cause)) throw cause;
    throw unreadableFile(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!isTree(values ?? {})) throw unreadableFile(path, 'It must hold one mapping of keys to values.');
  return { source: `file ${path}`, values: (values ?? {}) as Layer['values'] };
}
