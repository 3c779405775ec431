import { createHash } from 'node:crypto';
import type { BlobSource, TreeEntry } from './blob-source.js';

/** Files of a commit by path. */
export type MemoryTree = Readonly<Record<string, string | Buffer>>;

/** A BlobSource over trees in memory, for tests and for indexing what is not in git. Counts what was read from it. */
export class MemoryBlobSource implements BlobSource {
  readonly #trees = new Map<string, MemoryTree>();
  readonly #blobs = new Map<string, Buffer>();
  readonly listed: string[] = [];
  readonly read: string[] = [];

  /** Adds a commit and returns its name. */
  commit(tree: MemoryTree): string {
    const name = createHash('sha1')
      .update(JSON.stringify(Object.entries(tree).map(([path, content]) => [path, blobOid(content)])))
      .digest('hex');
    this.#trees.set(name, tree);
    for (const content of Object.values(tree)) this.#blobs.set(blobOid(content), Buffer.from(content));
    return name;
  }

  async *listTree(commit: string, signal: AbortSignal): AsyncGenerator<TreeEntry> {
    signal.throwIfAborted();
    this.listed.push(commit);
    for (const [path, content] of Object.entries(this.#trees.get(commit) ?? {})) {
      yield { path, oid: blobOid(content), mode: 0o100644, size: Buffer.byteLength(content) };
    }
  }

  async *readBlobs(oids: readonly string[], signal: AbortSignal): AsyncGenerator<{ oid: string; content: Buffer }> {
    for (const oid of oids) {
      signal.throwIfAborted();
      const content = this.#blobs.get(oid);
      if (!content) continue;
      this.read.push(oid);
      yield { oid, content };
    }
  }
}

/** git's name of a blob. */
export function blobOid(content: string | Buffer): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest('hex');
}
