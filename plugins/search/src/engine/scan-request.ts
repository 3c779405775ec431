import type { DocumentLimits, SkipReason } from '../index/skip-reason.js';
import type { CodeSymbol } from '../index/symbols/code-symbol.js';
import type { RepositoryRank } from './score-document.js';
import type { RunRequest } from './search-run.js';

/** A search in one revision of one repository, without an index. */
export interface ScanRequest extends RunRequest {
  readonly repository: { readonly id: number } & RepositoryRank;
  /** The revision as the user named it, and the commit it stands for. */
  readonly revision: string;
  readonly commit: string;
  readonly languageOf: (path: string) => string | undefined;
  /** The same limits and exceptions as in the index, so that both give the same answers. */
  readonly documentLimits?: DocumentLimits;
  readonly isLarge?: (path: string) => boolean;
}

export interface ScanInput {
  readonly path: string;
  readonly oid: string;
  /** Copied before the next document is asked for. Without it the file is known by path only, for the reason in `skip`. */
  readonly content?: Buffer;
  readonly skip?: SkipReason;
  /** Its definitions, where they were read by something else than the own scanners. */
  readonly symbols?: readonly CodeSymbol[];
}
