import { createHash } from 'node:crypto';
import { pathGlobs } from './path-globs.js';
import { FORMAT } from './shard-layout.js';
import { DEFAULT_LIMITS, type DocumentLimits } from './skip-reason.js';
import { fingerprintOf, OWN_SCANNERS, type SymbolSources } from './symbols/symbol-sources.js';

export interface IndexOptions {
  /** Linguist's name of a path's language. */
  readonly languageOf: (path: string) => string | undefined;
  /** Whether a language can be the main one of a repository: data and prose cannot. Default: any. */
  readonly isCode?: (language: string) => boolean;
  /** Where definitions come from; default: the own scanners. */
  readonly symbols?: SymbolSources;
  /** Another value means that `languageOf` answers differently: shards built with another one are rebuilt. */
  readonly languagesVersion?: string;
  /** Globs of files that are searched whatever their size; `!` takes out again. */
  readonly largeFiles?: readonly string[];
  readonly limits?: Partial<DocumentLimits>;
  /** Bytes of content after which a shard is closed. */
  readonly maxShardBytes?: number;
  /** Bytes that one build may take; a shard is closed earlier where it would not do. Default 512 MiB. */
  readonly buildMemory?: number;
  /** How far threads that build give way to others, 0–19; on Linux. Default 10. */
  readonly buildNice?: number;
  /** How long replaced files stay for other processes that may still read them, milliseconds. */
  readonly retireAfter?: number;
}

export interface ResolvedOptions {
  readonly languageOf: (path: string) => string | undefined;
  readonly isCode: (language: string) => boolean;
  readonly symbols: SymbolSources;
  readonly isLarge: (path: string) => boolean;
  readonly limits: DocumentLimits;
  readonly maxShardBytes: number;
  /** Bytes of JavaScript objects of one build. */
  readonly buildHeap: number;
  readonly buildNice: number;
  readonly retireAfter: number;
  readonly hash: string;
}

const MIN_SHARD_BYTES = 1 << 20;

export function resolveOptions(options: IndexOptions): ResolvedOptions {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const largeFiles = options.largeFiles ?? [];
  const symbols = options.symbols ?? OWN_SCANNERS;
  const memory = options.buildMemory ?? 512 << 20;
  return {
    languageOf: options.languageOf,
    isCode: options.isCode ?? (() => true),
    symbols,
    isLarge: pathGlobs(largeFiles),
    limits,
    maxShardBytes: Math.min(options.maxShardBytes ?? 64 << 20, Math.max(MIN_SHARD_BYTES, shardBytesWithin(memory))),
    buildHeap: Math.max(64 << 20, memory / 2),
    buildNice: options.buildNice ?? 10,
    retireAfter: options.retireAfter ?? 60_000,
    hash: createHash('sha256')
      .update(JSON.stringify([FORMAT, options.languagesVersion ?? '', fingerprintOf(symbols), largeFiles, limits]))
      .digest('hex')
      .slice(0, 16),
  };
}

/** A thread with what its texts leave behind until it is collected, what is on its way to it, and tables that do not grow with the shard. */
const FIXED_BUILD_BYTES = 160 << 20;
/** Postings while they are collected and once more while they are laid out, symbols, lines and names. */
const BUILD_BYTES_PER_BYTE = 1.5;

function shardBytesWithin(memory: number): number {
  return Math.floor((memory - FIXED_BUILD_BYTES) / BUILD_BYTES_PER_BYTE);
}
