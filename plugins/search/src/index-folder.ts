import type { ConfigOf } from '@sextant/sdk';
import type { config } from './config.js';
import { IndexStore } from './index/index-store.js';
import { extractSymbols } from './index/symbols/extract-symbols.js';
import { languageOf } from './query/languages/languages.js';

/** Opens the index of this node, for the one that builds it and the one that searches it alike: their options must agree. */
export const openIndexStore = (folder: string, { largeFiles, maxShardSize }: ConfigOf<typeof config>): Promise<IndexStore> =>
  IndexStore.open(folder, { languageOf, extractSymbols, largeFiles, maxShardBytes: maxShardSize });
