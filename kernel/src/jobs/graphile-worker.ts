import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import type * as GraphileWorker from 'graphile-worker';

/** A folder in which, and above which, no other account can put files. */
const NEUTRAL_FOLDER = process.platform === 'win32' ? homedir() : '/';

/**
 * graphile-worker looks for a configuration of its own while it is loaded, in the working folder and all above, and runs what it finds there
 * (`.graphile-workerrc.js`, `.config/config.js`). Sextant has none for it, and the working folder can be a stranger's.
 * Synchronous, so that no other module sees the changed folder.
 */
function loadGraphileWorker(): typeof GraphileWorker {
  const { cwd } = process;
  process.cwd = () => NEUTRAL_FOLDER;
  try {
    return createRequire(import.meta.url)('graphile-worker') as typeof GraphileWorker;
  } finally {
    process.cwd = cwd;
  }
}

export const { Logger, run, runMigrations } = loadGraphileWorker();
