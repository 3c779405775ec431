import { createHash } from 'node:crypto';
import { pathGlobs } from './path-globs.js';
import { FORMAT } from './shard-layout.js';
import { DEFAULT_LIMITS, type DocumentLimits } from './skip-reason.js';
import type { ExtractSymbols } from './symbols/code-symbol.js';
import { extractSymbols, SYMBOLS_VERSION } from './symbols/extract-symbols.js';

export interface IndexOptions {
  /** Linguist's name of a path's language. */
  readonly languageOf: (path: string) => string | undefined;
  readonly extractSymbols: ExtractSymbols;
  /** Grows when `languageOf` or an own `extractSymbols` answer differently: shards built with another value are rebuilt. */
  readonly contentVersion?: number;
  /** Globs of files that are searched whatever their size; `!` takes out again. */
  readonly largeFiles?: readonly string[];
  readonly limits?: Partial<DocumentLimits>;
  /** Bytes of content after which a shard is closed. */
  readonly maxShardBytes?: number;
  /** How long replaced files stay for other processes that may still read them, milliseconds. */
  readonly retireAfter?: number;
}

export interface ResolvedOptions {
  readonly languageOf: (path: string) => string | undefined;
  readonly extractSymbols: ExtractSymbols;
  readonly isLarge: (path: string) => boolean;
  readonly limits: DocumentLimits;
  readonly maxShardBytes: number;
  readonly retireAfter: number;
  readonly hash: string;
}

export function resolveOptions(options: IndexOptions): ResolvedOptions {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const largeFiles = options.largeFiles ?? [];
  const symbols = options.extractSymbols === extractSymbols ? SYMBOLS_VERSION : 0;
  return {
    languageOf: options.languageOf,
    extractSymbols: options.extractSymbols,
    isLarge: pathGlobs(largeFiles),
    limits,
    maxShardBytes: options.maxShardBytes ?? 64 << 20,
    retireAfter: options.retireAfter ?? 60_000,
    hash: createHash('sha256')
      .update(JSON.stringify([FORMAT, options.contentVersion ?? 0, symbols, largeFiles, limits]))
      .digest('hex')
      .slice(0, 16),
  };
}
