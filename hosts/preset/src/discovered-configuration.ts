import { discoverFile } from '@sextant/config';
import { supervision } from './supervisor/supervision.js';

/**
 * The configuration file of the working folder that this process reads unless another is named: after a restart the one that the first process found.
 * @throws SEXTANT_CONFIG_CODE_DISCOVERED
 */
export function discoveredConfiguration(folder: string): string | undefined {
  const before = supervision()?.discovered;
  return before === undefined ? discoverFile(folder) : (before ?? undefined);
}
