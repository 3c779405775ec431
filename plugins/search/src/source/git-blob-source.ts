import type { Git } from '@sextant/plugin-git/api';
import { CommitOid, type RepoName, RepoPath } from '@sextant/sdk';
import type { BlobSource } from '../index/blob-source.js';

/** Blobs asked of git in one call: enough to keep it busy, few enough that an abort is quick. */
const BATCH = 2_000;

/** Feeds the index from the mirror. Submodules are entries without content, and are left out. */
export const gitBlobSource = (git: Git, repository: RepoName): BlobSource => ({
  async *listTree(commit, signal) {
    for await (const entry of git.tree({ repository, oid: CommitOid.parse(commit), path: RepoPath.ROOT, recursive: true, signal })) {
      if (entry.type === 'blob')
        yield {
          path: entry.path,
          oid: entry.oid,
          mode: Number.parseInt(entry.mode, 8),
          ...(entry.size === undefined ? {} : { size: entry.size }),
        };
    }
  },
  async *readBlobs(oids, signal) {
    for (let from = 0; from < oids.length; from += BATCH)
      yield* blobFrames(git.blobs({ repository, oids: oids.slice(from, from + BATCH), signal }));
  },
});

/** Cuts a stream of `<oid> <size>\n<bytes>\n` frames into blobs. */
export async function* blobFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<{ readonly oid: string; readonly content: Buffer }> {
  let pending: Buffer[] = [];
  let length = 0;
  let header: { readonly oid: string; readonly size: number } | undefined;
  const take = (): Buffer => {
    const whole = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending, length);
    pending = [whole];
    return whole;
  };
  for await (const chunk of stream) {
    pending.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    length += chunk.byteLength;
    if (header && length < header.size + 1) continue;
    let whole = take();
    let at = 0;
    for (;;) {
      if (!header) {
        const end = whole.indexOf(10, at);
        if (end < 0) break;
        const line = whole.toString('latin1', at, end);
        const space = line.indexOf(' ');
        header = { oid: line.slice(0, space), size: Number(line.slice(space + 1)) };
        at = end + 1;
      }
      if (whole.length - at < header.size + 1) break;
      yield { oid: header.oid, content: whole.subarray(at, at + header.size) };
      at += header.size + 1;
      header = undefined;
    }
    whole = whole.subarray(at);
    pending = whole.length > 0 ? [whole] : [];
    length = whole.length;
  }
  if (length > 0 || header) throw new Error('the stream of blobs ended in the middle of one');
}
