import type { Manifest, StorageDefinition } from '@sextant/sdk';
import { collectDeclarations } from '../lifecycle/declarations.js';
import { STORAGE_ROLES } from './database.js';

/** What the parts of a plugin store, read without starting it. */
export async function storageDefinitions(manifest: Manifest): Promise<readonly StorageDefinition[]> {
  const definitions: StorageDefinition[] = [];
  for (const role of STORAGE_ROLES) {
    const thunk = manifest.parts[role];
    if (!thunk) continue;
    const { default: part } = await thunk();
    definitions.push(...collectDeclarations(manifest.id, role, (r) => part.register(r as never)).storage);
  }
  return definitions;
}
