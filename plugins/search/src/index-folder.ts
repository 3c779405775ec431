import type { ConfigOf } from '@sextant/sdk';
import type { config } from './config.js';
import type { IndexOptions } from './index/index-options.js';
import { IndexStore } from './index/index-store.js';
import type { SymbolSources } from './index/symbols/symbol-sources.js';
import { broughtLanguages, isCode, languageOf } from './query/languages/languages.js';

type Config = ConfigOf<typeof config>;

/** How this installation indexes. */
export const indexOptions = (
  { largeFiles, maxShardSize, indexMemory, indexConcurrency }: Config,
  symbols?: SymbolSources,
): IndexOptions => ({
  languageOf,
  isCode,
  languagesVersion: JSON.stringify(broughtLanguages()),
  largeFiles,
  maxShardBytes: maxShardSize,
  buildMemory: Math.floor(indexMemory / indexConcurrency),
  ...(symbols ? { symbols } : {}),
});

/** Opens the index of this node. */
export const openIndexStore = (folder: string, config: Config): Promise<IndexStore> => IndexStore.open(folder, indexOptions(config));
