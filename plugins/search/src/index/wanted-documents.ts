import type { BlobSource, TreeEntry } from './blob-source.js';
import { IGNORE_FILES, ignoreRules } from './path-globs.js';

const REGULAR_FILE = 0o100000;
const SYMBOLIC_LINK = 0o120000;
const TYPE_BITS = 0o170000;

/** A document that some branches have. */
export interface WantedDocument {
  readonly path: string;
  readonly oid: string;
  readonly size: number;
  readonly ignored: boolean;
  readonly symlink: boolean;
  mask: bigint;
}

/**
 * Two documents are the same when path, content and why they are not to be read are: a link has the blob of a file that
 * holds its target's name, and is none.
 */
export function documentKey(path: string, oid: string, unread: 'ignored' | 'symlink' | undefined): string {
  return `${unread === 'ignored' ? '!' : unread === 'symlink' ? '@' : ' '}${oid} ${path}`;
}

/** Lists the trees of the branches and lays them over one another. Submodules are no documents. */
export async function wantedDocuments(
  branches: readonly { readonly commit: string; readonly bit: number }[],
  source: BlobSource,
  signal: AbortSignal,
): Promise<Map<string, WantedDocument>> {
  const wanted = new Map<string, WantedDocument>();
  for (const { commit, bit } of branches) {
    const entries: TreeEntry[] = [];
    for await (const entry of source.listTree(commit, signal)) {
      const type = entry.mode & TYPE_BITS;
      if (type === REGULAR_FILE || type === SYMBOLIC_LINK) entries.push(entry);
    }
    const ignores = await ignoresOf(entries, source, signal);
    for (const { path, oid, size, mode } of entries) {
      const ignored = ignores(path);
      const symlink = (mode & TYPE_BITS) === SYMBOLIC_LINK;
      const key = documentKey(path, oid, ignored ? 'ignored' : symlink ? 'symlink' : undefined);
      const known = wanted.get(key);
      if (known) known.mask |= 1n << BigInt(bit);
      else wanted.set(key, { path, oid, size: size ?? 0, ignored, symlink, mask: 1n << BigInt(bit) });
    }
  }
  return wanted;
}

async function ignoresOf(entries: readonly TreeEntry[], source: BlobSource, signal: AbortSignal): Promise<(path: string) => boolean> {
  const files = entries.filter(({ path }) => IGNORE_FILES.includes(path));
  if (files.length === 0) return () => false;
  let text = '';
  for await (const { content } of source.readBlobs([...new Set(files.map(({ oid }) => oid))], signal))
    text += `${content.toString('utf8')}\n`;
  return ignoreRules(text);
}
