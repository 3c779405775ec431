import type { TreeEntry } from '../api.js';

export interface RawTreeEntry {
  readonly name: string;
  readonly mode: string;
  readonly type: TreeEntry['type'];
  readonly oid: string;
}

/** A tree object as git stores it: `<mode> <name>\0<hash>` over and over. @param hashBytes 20 or 32. */
export function parseTree(content: Buffer, hashBytes: number): RawTreeEntry[] {
  const entries: RawTreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const nul = content.indexOf(0, space);
    if (space === -1 || nul === -1 || nul + hashBytes >= content.length + 1) break;
    const mode = content.toString('latin1', at, space).padStart(6, '0');
    entries.push({
      name: content.toString('utf8', space + 1, nul),
      mode,
      type: typeOf(mode),
      oid: content.toString('hex', nul + 1, nul + 1 + hashBytes),
    });
    at = nul + 1 + hashBytes;
  }
  return entries;
}

const typeOf = (mode: string): TreeEntry['type'] => (mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob');
