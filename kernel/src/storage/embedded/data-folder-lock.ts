import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { type OwnerLock, takeOwnerLock } from './owner-lock.js';

/** Makes a folder that others can pass through but not list: PostgreSQL runs as another user when we are root, and must reach its own folder below. */
export function makePassableFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/**
 * Takes a data folder for this process, and makes it when it is missing.
 * @throws SEXTANT_DATA_FOLDER_IN_USE, naming the owner, while another living process holds it
 */
export function lockDataFolder(folder: string): OwnerLock {
  makePassableFolder(folder);
  const lock = takeOwnerLock(join(folder, 'sextant.lock'));
  if (!('heldBy' in lock)) return lock;
  const { pid, host, since } = lock.heldBy;
  throw new SextantError('SEXTANT_DATA_FOLDER_IN_USE', {
    what: `The data folder ${folder} is in use.`,
    why: `Process ${pid} on ${host} has held it since ${since}.`,
    fix: 'Stop that process, or choose another folder with --data-dir.',
    details: { pid, host, since },
  });
}
