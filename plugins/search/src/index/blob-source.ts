/** One file of a commit, as `git ls-tree -r -l` tells it. */
export interface TreeEntry {
  readonly path: string;
  /** Lower-case hex object name. */
  readonly oid: string;
  /** git's file mode: 0o100644, 0o100755, 0o120000 (symbolic link), 0o160000 (submodule). */
  readonly mode: number;
  /** Bytes; without it the limit on size is judged only after the blob was read. */
  readonly size?: number;
}

/** Where an index takes trees and blobs from; the git plugin feeds it in production. */
export interface BlobSource {
  /** Every file of the commit, in any order. */
  listTree(commit: string, signal: AbortSignal): AsyncIterable<TreeEntry>;
  /**
   * The blobs asked for, in any order; a blob that cannot be read is left out, and its documents become known by path
   * only with the reason `missing`. `content` may be reused by the source after the next item was asked for.
   */
  readBlobs(oids: readonly string[], signal: AbortSignal): AsyncIterable<{ readonly oid: string; readonly content: Buffer }>;
}
