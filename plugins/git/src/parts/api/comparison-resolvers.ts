import type { Repository } from '@sextant/plugin-code-host/api';
import { type CommitOid, encodeCursor, type Operation, pageRequest, RepoPath, type ResolverMap, SextantError } from '@sextant/sdk';
import type { DiffFile } from '../../api.js';
import { allOf } from '../../reads/all-of.js';
import { formatPatch } from '../../reads/format-patch.js';
import { commitPage, offsetOf } from './commit-page.js';
import type { GitAccess } from './git-access.js';

interface Side {
  readonly expr: string;
  /** Null: the empty tree, before the first commit. */
  readonly oid: CommitOid | null;
}

export interface Comparison {
  readonly repository: Repository;
  readonly base: Side;
  readonly head: Side & { readonly oid: CommitOid };
  /** Against the base itself, not against the common ancestor. */
  readonly direct?: boolean;
}

interface DiffPage {
  readonly comparison: Comparison;
  readonly nodes: readonly DiffFile[];
  readonly totalCount: number;
  readonly added: number;
  readonly deleted: number;
  readonly next: number | null;
}

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const COMMITS = { max: 10_000, default: 50 };
const FILES = { max: 1_000, default: 100 };
const MAX_FILES = 10_000;

/** @throws SEXTANT_GIT_REVISION_NOT_FOUND naming the side that is missing. */
export async function comparisonOf(
  access: GitAccess,
  op: Operation,
  repository: Repository,
  base: string,
  head: string,
): Promise<Comparison> {
  const side = async (expr: string): Promise<{ expr: string; oid: CommitOid }> => {
    const commit = await access.commitAt(op, repository, expr === 'HEAD' ? '' : expr);
    if (!commit)
      throw new SextantError('SEXTANT_GIT_REVISION_NOT_FOUND', {
        what: `Revision "${expr}" does not exist in ${repository.name}.`,
        fix: 'Check the spelling, or refresh the repository.',
      });
    return { expr, oid: commit.oid };
  };
  const [from, to] = await Promise.all([side(base || 'HEAD'), side(head || 'HEAD')]);
  return { repository, base: from, head: to };
}

export function comparisonResolvers(access: GitAccess): ResolverMap {
  const { git } = access.api;
  const revision = ({ expr, oid }: Side) => ({ expr, oid: oid ?? EMPTY_TREE });
  const ancestor = async ({ repository, base, head }: Comparison, op: Operation): Promise<CommitOid | null> =>
    base.oid && git.mergeBase({ repository: repository.name, a: base.oid, b: head.oid, signal: op.signal });
  return {
    RepositoryComparison: {
      baseRepository: ({ repository }: Comparison) => repository,
      headRepository: ({ repository }: Comparison) => repository,
      range: (comparison: Comparison) => comparison,
      commits: async (comparison: Comparison, args: { first?: number | null; after?: string | null }, op) => {
        const { limit, after } = pageRequest('commits', args, COMMITS);
        const { repository, base, head } = comparison;
        const skip = offsetOf(after);
        const range = { from: [head.oid], ...(base.oid ? { not: [base.oid] } : {}) };
        return commitPage(
          comparison,
          await allOf(git.log({ repository: repository.name, ...range, limit: limit + 1, skip, signal: op.signal })),
          limit,
          skip,
        );
      },
      fileDiffs: async (
        comparison: Comparison,
        args: { first?: number | null; after?: string | null; paths?: readonly string[] | null },
        op,
      ): Promise<DiffPage> => {
        const { limit, after } = pageRequest('file-diffs', args, FILES);
        const { repository, base, head, direct } = comparison;
        const from = direct ? base.oid : await ancestor(comparison, op);
        const skip = offsetOf(after);
        const paths = args.paths?.map((path) => RepoPath.parse(path));
        const visible = await access.visibility(op);
        const sees = (path: string | null) => path === null || visible.canSee(repository.id, path);
        const nodes: DiffFile[] = [];
        const total = { files: 0, added: 0, deleted: 0 };
        for await (const file of git.diff({
          repository: repository.name,
          base: from,
          head: head.oid,
          maxFiles: MAX_FILES,
          signal: op.signal,
          ...(paths?.length ? { paths } : {}),
        })) {
          if (!sees(file.oldPath) || !sees(file.newPath)) continue;
          if (total.files >= skip && nodes.length < limit) nodes.push(file);
          total.files++;
          total.added += file.added;
          total.deleted += file.deleted;
        }
        return {
          comparison: { ...comparison, base: { ...base, oid: from } },
          nodes,
          totalCount: total.files,
          added: total.added,
          deleted: total.deleted,
          next: skip + nodes.length < total.files ? skip + nodes.length : null,
        };
      },
    },
    GitRevisionRange: {
      expr: ({ base, head }: Comparison) => `${base.expr}...${head.expr}`,
      base: ({ base }: Comparison) => revision(base),
      head: ({ head }: Comparison) => revision(head),
      baseRevSpec: ({ base }: Comparison) => revision(base),
      headRevSpec: ({ head }: Comparison) => revision(head),
      mergeBase: async (comparison: Comparison, _args, op) => {
        const oid = await ancestor(comparison, op);
        return oid && { repository: comparison.repository, oid };
      },
    },
    FileDiffConnection: {
      nodes: (page: DiffPage) => page.nodes.map((file) => ({ ...file, comparison: page.comparison })),
      pageInfo: ({ next }: DiffPage) => ({
        hasNextPage: next !== null,
        endCursor: next === null ? null : encodeCursor('file-diffs', String(next)),
      }),
      diffStat: ({ added, deleted }: DiffPage) => ({ added, deleted }),
      rawDiff: ({ nodes }: DiffPage) => formatPatch(nodes),
    },
    FileDiff: {
      oldFile: ({ comparison: { repository, base }, oldPath }: DiffFile & { comparison: Comparison }) =>
        oldPath === null || base.oid === null ? null : { repository, oid: base.oid, path: oldPath },
      newFile: ({ comparison: { repository, head }, newPath }: DiffFile & { comparison: Comparison }) =>
        newPath === null ? null : { repository, oid: head.oid, path: newPath },
      mostRelevantFile: ({ comparison: { repository, base, head }, oldPath, newPath }: DiffFile & { comparison: Comparison }) =>
        newPath === null ? { repository, oid: base.oid, path: oldPath } : { repository, oid: head.oid, path: newPath },
      stat: ({ added, deleted }: DiffFile) => ({ added, deleted }),
    },
    FileDiffHunk: {
      oldRange: (hunk: DiffFile['hunks'][number]) => ({ startLine: hunk.oldStart, lines: hunk.oldLines }),
      newRange: (hunk: DiffFile['hunks'][number]) => ({ startLine: hunk.newStart, lines: hunk.newLines }),
      section: ({ section }: DiffFile['hunks'][number]) => section || null,
    },
  };
}
