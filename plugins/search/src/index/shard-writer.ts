import type { ManifestShard } from './manifest.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol } from './symbols/code-symbol.js';

/** What a blob on its way to another thread is taken to cost beside its content. */
export const BLOB_BYTES = 1 << 10;

export interface PlacedDocument {
  readonly path: string;
  readonly category: number;
  readonly language: string | undefined;
  /** Known before its trigrams are counted. */
  readonly skip: SkipReason;
  /** Distinct trigrams above which it is known by path only; undefined: any number. */
  readonly maxDistinctTrigrams?: number | undefined;
  readonly mask: bigint;
}

/** Writes documents into as many shards as their size asks for. Nothing is visible before `publish`. */
export interface ShardWriter {
  /**
   * Adds one blob with its documents; `content` is copied.
   * @param symbols its definitions where they are known; they are extracted otherwise
   */
  add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols?: readonly CodeSymbol[]): Promise<void>;
  /** Gives the shards their names and answers their entries for the manifest. Nothing can be added afterwards. */
  publish(kind: ManifestShard['kind']): Promise<ManifestShard[]>;
  /** What symbols could not be read by, so far, in words; the own scanners stood in. */
  readonly problems: readonly string[];
  /** Documents known by path only, by reason; complete when published. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Bytes of documents by language, as {@link LanguageBytes} counts them; complete when published. */
  readonly languages: ReadonlyMap<string, number>;
  /** Removes what is not published. */
  discard(): Promise<void>;
}
