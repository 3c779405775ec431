import { type Operation, pageRequest, type ResolverMap } from '@sextant/sdk';
import type { GitEntryParent, TreeEntry } from '../../api.js';
import { entryLinks } from './external-links.js';
import type { GitAccess } from './git-access.js';
import { entryUrl } from './git-urls.js';
import { lfsSize } from './lfs-pointer.js';
import { countLines, isBinary, sliceLines } from './text-lines.js';

type TreeParent = GitEntryParent & { readonly recursive?: boolean };

const PAGE = { max: 100_000, default: 1_000 };

export function treeResolvers(access: GitAccess): ResolverMap {
  const { git } = access.api;
  const shared = {
    name: ({ path }: GitEntryParent) => path.slice(path.lastIndexOf('/') + 1),
    externalURLs: ({ repository, oid, path, entry }: GitEntryParent) =>
      entryLinks(repository, entry?.type === 'tree' ? 'tree' : 'blob', oid, path),
    commit: ({ repository, oid, rev }: GitEntryParent) => ({ repository, oid, ...(rev === undefined ? {} : { rev }) }),
    submodule: async (parent: GitEntryParent, _args: unknown, op: Operation) => submoduleOf(parent, await access.entry(op, parent)),
  };
  return {
    TreeEntry: { __resolveType: (parent: GitEntryParent) => (parent.entry?.type === 'blob' ? 'GitBlob' : 'GitTree') },
    GitTree: {
      ...shared,
      isDirectory: () => true,
      isRoot: ({ path }: TreeParent) => path === '',
      url: ({ repository, oid, rev, path }: TreeParent) => entryUrl('tree', repository.name, rev ?? oid, path),
      canonicalURL: ({ repository, oid, path }: TreeParent) => entryUrl('tree', repository.name, oid, path),
      rawZipArchiveURL: ({ repository, oid, rev, path }: TreeParent) => `${entryUrl('raw', repository.name, rev ?? oid, path)}?format=zip`,
      entries: (parent: TreeParent, args: { first?: number | null; recursive?: boolean | null }, op) => list(parent, args, op, () => true),
      directories: (parent: TreeParent, args: { first?: number | null }, op) => list(parent, args, op, (entry) => entry.type !== 'blob'),
      files: (parent: TreeParent, args: { first?: number | null }, op) => list(parent, args, op, (entry) => entry.type === 'blob'),
    },
    GitBlob: {
      ...shared,
      isDirectory: () => false,
      url: ({ repository, oid, rev, path }: GitEntryParent) => entryUrl('blob', repository.name, rev ?? oid, path),
      canonicalURL: ({ repository, oid, path }: GitEntryParent) => entryUrl('blob', repository.name, oid, path),
      rawURL: ({ repository, oid, rev, path }: GitEntryParent) => entryUrl('raw', repository.name, rev ?? oid, path),
      mode: async (parent: GitEntryParent, _args, op) => (await access.entry(op, parent)).mode,
      byteSize: async (parent: GitEntryParent, _args, op) => (await access.entry(op, parent)).size ?? 0,
      content: async (parent: GitEntryParent, { startLine, endLine }: { startLine?: number | null; endLine?: number | null }, op) => {
        const content = await access.content(op, parent);
        return (startLine || endLine ? sliceLines(content, startLine ?? 1, endLine ?? undefined) : content).toString('utf8');
      },
      totalLines: async (parent: GitEntryParent, _args, op) => countLines(await access.content(op, parent)),
      binary: async (parent: GitEntryParent, _args, op) => isBinary(await access.content(op, parent)),
      lfs: async (parent: GitEntryParent, _args, op) => {
        const entry = await access.entry(op, parent);
        if ((entry.size ?? 0) > 1024) return null;
        const byteSize = lfsSize(await access.content(op, parent));
        return byteSize === undefined ? null : { byteSize };
      },
      blame: async (parent: GitEntryParent, { startLine, endLine }: { startLine?: number | null; endLine?: number | null }, op) => {
        const { repository, oid, path } = parent;
        const range = { ...(startLine ? { startLine } : {}), ...(endLine ? { endLine } : {}) };
        const visible = await access.visibility(op);
        const hunks = await git.blame({ repository: repository.name, oid, path, signal: op.signal, ...range });
        return hunks.map((hunk) => ({
          ...hunk,
          // Lines may come from a file that the viewer may not know of.
          filename: visible.canSee(repository.id, hunk.filename) ? hunk.filename : path,
          at: { repository, oid: hunk.commit },
        }));
      },
    },
  };

  async function list(
    parent: TreeParent,
    args: { first?: number | null; recursive?: boolean | null },
    op: Operation,
    wanted: (entry: TreeEntry) => boolean,
  ): Promise<GitEntryParent[]> {
    const { limit } = pageRequest('entries', { first: args.first ?? null }, PAGE);
    const { repository, oid, rev, path } = parent;
    if (parent.entry?.type === 'commit' || limit === 0) return []; // a submodule's files are another repository's
    const visible = await access.visibility(op);
    const found: GitEntryParent[] = [];
    for await (const entry of git.tree({
      repository: repository.name,
      oid,
      path,
      recursive: args.recursive ?? parent.recursive ?? false,
      signal: op.signal,
    })) {
      // Rules speak of files; a folder is shown as long as one can get to it.
      if (!wanted(entry) || (entry.type === 'blob' && !visible.canSee(repository.id, entry.path))) continue;
      found.push({ repository, oid, path: entry.path, entry, ...(rev === undefined ? {} : { rev }) });
      if (found.length >= limit) break;
    }
    return found;
  }
}

const submoduleOf = ({ path }: GitEntryParent, entry: TreeEntry) =>
  entry.type === 'commit' ? { url: entry.submoduleUrl ?? null, commit: entry.oid, path } : null;
