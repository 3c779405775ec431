import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { type OwnerLock, takeOwnerLock } from './owner-lock.js';

/** A file of every data folder, by which others are kept from taking its mirrors for repositories. */
export const MARKER = '.sextant-data-folder';
const MARKED = 'Sextant stores its data in this folder. Nothing below it is indexed while this file is here.\n';

/** Makes a folder that others can pass through but not list: PostgreSQL runs as another user when we are root, and must reach its own folder below. */
export function makePassableFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(folder);
  chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Not by `recursive`, which never comes to an end where a file system answers ENOENT to every new folder, as /proc does. */
function makeFolders(folder: string): void {
  const above = dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolders(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Two processes can make it at once.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'may not write there',
  EPERM: 'may not write there',
  EROFS: 'cannot write there: the file system is read-only',
  ENOTDIR: 'cannot use it: a part of the path is a file',
  ENOENT: 'cannot make it: the file system takes no new folder there',
  ENOSPC: 'cannot write there: the disk is full',
};

/**
 * Makes a data folder when it is missing, and sees that this user can write there.
 * @throws SEXTANT_DATA_FOLDER_UNUSABLE
 */
export function prepareDataFolder(folder: string): void {
  try {
    makePassableFolder(folder);
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const marker = join(folder, MARKER);
    if (!existsSync(marker)) writeFileSync(marker, MARKED, { mode: 0o644 });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new SextantError('SEXTANT_DATA_FOLDER_UNUSABLE', {
      what: `The data folder ${folder} cannot be used.`,
      why: `${userName()} ${WORDS[code] ?? `cannot use it: ${message}`}.`,
      fix: 'Make the folder and give it to this user, or choose another with --data-dir.',
      cause,
    });
  }
}

/** In a container the number may have no name. */
function userName(): string {
  try {
    return `The user ${userInfo().username}`;
  } catch {
    return `The user ${process.getuid?.() ?? 'of this process'}`;
  }
}

/**
 * Takes a data folder for this process, and makes it when it is missing.
 * @throws SEXTANT_DATA_FOLDER_UNUSABLE when this user cannot make or write it; SEXTANT_DATA_FOLDER_IN_USE, naming the owner, while another living process holds it
 */
export function lockDataFolder(folder: string): OwnerLock {
  prepareDataFolder(folder);
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
