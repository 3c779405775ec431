import { lstatSync } from 'node:fs';
import { extname, join } from 'node:path';
import { SextantError } from '@sextant/sdk';

/** Files that hold values only. The first one that exists is read. */
const DATA = ['.yaml', '.yml', '.json'];
/** Files that run when they are read. */
const CODE = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

export const isCode = (path: string): boolean => CODE.includes(extname(path));

/**
 * The configuration file of a folder itself, found without opening it; undefined when it has none.
 * No other folder is searched. A file of code counts only when it is named: a folder that somebody else filled must not run anything.
 * @throws SEXTANT_CONFIG_CODE_DISCOVERED
 */
export function discoverFile(folder: string): string | undefined {
  const found = [...DATA, ...CODE].map((ending) => join(folder, `sextant.config${ending}`)).find(exists);
  if (found === undefined || !isCode(found)) return found;
  throw new SextantError('SEXTANT_CONFIG_CODE_DISCOVERED', {
    what: `The configuration file ${found} was not read.`,
    why: 'It is code, and code runs only when its file is named.',
    fix: `If you trust it, add --config ${found}. Otherwise run the command in another folder, or use sextant.config.yaml.`,
  });
}

/** A link that leads nowhere is there too: whether it can be read is said later. */
function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    // A folder that may not be searched holds nothing for this account.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
