import { type Manifest, partsOf, type StorageDefinition } from '@sextant/sdk';
import { collectDeclarations } from '../lifecycle/declarations.js';
import { STORAGE_ROLES } from './database.js';

/** What a plugin stores, read without starting it. Its parts are loaded only where the manifest does not say. */
export async function storageDefinitions(manifest: Manifest): Promise<readonly StorageDefinition[]> {
  if (manifest.storage) return [manifest.storage];
  const definitions: StorageDefinition[] = [];
  for (const { name, roles, load } of partsOf(manifest, STORAGE_ROLES)) {
    const { default: part } = await load();
    definitions.push(...collectDeclarations(manifest.id, { name, roles, part }).storage);
  }
  return definitions;
}
