import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { executableKeys } from './executable-keys.js';
import type { Tree } from './layers.js';
import { processSchema } from './process-schema.js';

const EXECUTES = 'It names code that is loaded or programs that are run.';

/**
 * Keys of the process that a discovered file may not set. It can have come with a checkout or an archive, owned by this account and unread.
 * @throws SEXTANT_CONFIG_UNTRUSTED_KEY
 */
export function assertHarmless(path: string, values: Tree): void {
  const keys = executableKeys(processSchema, values).map((key) => key.join('.'));
  if (keys.length > 0) throw untrustedKeys(path, keys);
}

/**
 * A data folder holds what is run: a database with its settings, and git repositories with theirs. So a discovered file may not bring one along.
 * @throws SEXTANT_CONFIG_UNTRUSTED_KEY
 */
export function assertDataFolderElsewhere(path: string, dataDir: string): void {
  const inside = relative(realpathSync(dirname(path)), nearestReal(dataDir));
  if (isAbsolute(dataDir) && (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))) return;
  throw untrustedKeys(path, ['dataDir'], `${dataDir} can have come with the file: it is relative, or inside the folder of the file.`);
}

export const untrustedKeys = (path: string, keys: readonly string[], why = EXECUTES): SextantError =>
  new SextantError('SEXTANT_CONFIG_UNTRUSTED_KEY', {
    what: `The configuration file ${path} was found in the working folder and may not set ${keys.join(', ')}.`,
    why,
    fix: `If you trust the file, name it: --config ${path}. Otherwise set these keys in the environment, or run the command in another folder.`,
    details: { file: path, keys },
  });

/** The path with links resolved as far as it exists. */
function nearestReal(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(nearestReal(dirname(path)), relative(dirname(path), path));
  }
}
