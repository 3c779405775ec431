import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where everything on disk is: as configured, else /var/lib/sextant for root and $XDG_DATA_HOME/sextant for others. */
export function dataFolder(configured: string | undefined, env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (configured !== undefined) return resolve(configured);
  if (process.getuid?.() === 0) return '/var/lib/sextant';
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'sextant');
}

/** A folder of one plugin in an area of the data folder. `git` in `repos` and `search` in `index` are the areas' owners and take the whole. */
export function pluginFolder(root: string, area: 'repos' | 'index' | 'run', plugin: string): string {
  const owner = (area === 'repos' && plugin === 'git') || (area === 'index' && plugin === 'search');
  const folder = owner ? join(root, area) : join(root, area, plugin);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One that was made by an earlier version, unpacked or copied may be open to others, and the data folder itself can be passed through.
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    if (!['EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return folder;
}
