import { readdirSync, realpathSync, statSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataFolders } from '@sextant/sdk';
import { MARKER } from '../storage/embedded/data-folder-lock.js';

/** Files by one of which a data folder is known: the marker, and what older versions have left there. */
const SIGNS = [MARKER, 'sextant.lock', join('keys', 'secrets.json')];
const FIRST_NAMES: ReadonlySet<string> = new Set([MARKER, 'sextant.lock', 'keys']);

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (info) => info.isFile(),
    () => false,
  );

/** Milliseconds in which the data folder's own paths are not looked up again: a walk asks for each folder. */
const FRESH = 5_000;

/** Knows the data folder of this process, whatever is in it, and others by what is in them. */
export function dataFolders(own: string): DataFolders {
  let known: { readonly at: number; readonly folders: ReadonlySet<string> } | undefined;
  const isOwn = (folder: string): boolean => {
    if (known === undefined || performance.now() - known.at > FRESH) known = { at: performance.now(), folders: ownFolders(own) };
    return known.folders.has(folder);
  };
  const isOne = async (folder: string): Promise<boolean> => {
    if (isOwn(folder)) return true;
    // What a repository holds does not make it one: anybody can commit such a file.
    if (await exists(join(folder, '.git'))) return false;
    for (const sign of SIGNS) if (await isFile(join(folder, sign))) return true;
    return false;
  };
  return {
    async isDataFolder(folder, names) {
      if (names.some((name) => FIRST_NAMES.has(name))) return await isOne(folder);
      return isOwn(folder);
    },
    around: (path) => enclosing(path, isOne),
  };
}

/** The data folder that a path is, or lies in, links resolved. `own` is one even before the first start has made it. */
export const dataFolderAround = (path: string, own: string): Promise<string | undefined> => dataFolders(own).around(path);

async function enclosing(path: string, isOne: (folder: string) => Promise<boolean>): Promise<string | undefined> {
  for (let folder = await realpath(path).catch(() => path); ; folder = dirname(folder)) {
    if (await isOne(folder)) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Real paths of a data folder and of its areas: one of them can be a link to another disk. */
function ownFolders(own: string): ReadonlySet<string> {
  try {
    const real = realpathSync(own);
    const links = readdirSync(real, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
    return new Set([real, ...links.flatMap(({ name }) => realFolder(join(real, name)))]);
  } catch {
    return new Set([own]);
  }
}

function realFolder(path: string): readonly string[] {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? [real] : [];
  } catch {
    return [];
  }
}
