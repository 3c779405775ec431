import { resolve } from 'node:path';
import type { Configuration } from '@sextant/config';
import { dataFolder, dataFolderAround } from '@sextant/kernel';
import { SextantError } from '@sextant/sdk';
import './host-errors.js';

/**
 * Refuses paths of repositories that are, or lie in, a folder in which a Sextant stores its data: its mirrors would be mirrored, again and again.
 * @throws SEXTANT_HOST_PATH_IN_DATA_FOLDER
 */
export async function assertPathsElsewhere(configuration: Configuration): Promise<void> {
  const own = dataFolder(configuration.process.dataDir);
  const { localPaths } = configuration.slice('code-host');
  if (!Array.isArray(localPaths)) return;
  for (const path of localPaths.filter((one) => typeof one === 'string')) {
    const around = await dataFolderAround(resolve(path), own);
    if (around === undefined) continue;
    throw new SextantError('SEXTANT_HOST_PATH_IN_DATA_FOLDER', {
      what: `Repositories in ${path} are not added.`,
      why: `Sextant stores its data in ${around}. What is there are copies that it has made itself.`,
      fix: 'Give the folders of the original repositories.',
    });
  }
}
