import type { Repository } from '@sextant/plugin-code-host/api';
import { type CommitOid, encodeCursor, type Operation, pageRequest, RepoPath, type ResolverMap, SextantError } from '@sextant/sdk';
import type { Ref } from '../../api.js';
import { describeRef } from '../../reads/refs.js';
import { mirrorsOf } from '../../schedule/mirrors-of.js';
import type { Mirror } from '../../storage/mirror-table.js';
import { offsetOf } from './commit-page.js';
import { comparisonOf } from './comparison-resolvers.js';
import { type GitAccess, notCloned, refNodeId, repositoryIdOf } from './git-access.js';
import { revisionUrl } from './git-urls.js';

const REFS = { max: 10_000, default: 100 };
const MAX_COUNTED_REFS = 100_000;
const TYPES = { GIT_BRANCH: 'branch', GIT_TAG: 'tag' } as const;

type RefParent = Ref & { readonly repository: Repository };
type MirrorParent = Partial<Mirror> & { readonly isAdmin: boolean };

interface RefArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly query?: string | null;
  readonly type?: 'GIT_BRANCH' | 'GIT_TAG' | 'GIT_REF_OTHER' | null;
  readonly orderBy?: 'AUTHORED_OR_COMMITTED_AT' | null;
}

export function repositoryResolvers(access: GitAccess): ResolverMap {
  const { git } = access.api;
  const mirrors = mirrorsOf(access.api);
  const mirrorOf = ({ id }: Repository, op: Operation): Promise<Mirror | undefined> =>
    op.loader<number, Mirror | undefined>('mirrors').load(id);
  return {
    Repository: {
      mirrorInfo: async (repository: Repository, _args, op): Promise<MirrorParent> => ({
        ...(await mirrorOf(repository, op)),
        isAdmin: op.actor.siteAdmin,
      }),
      defaultBranch: async (repository: Repository, _args, op) => {
        // The last fetch wrote down what HEAD named: a list of repositories costs one query, and no call of git.
        const { head } = (await mirrorOf(repository, op)) ?? {};
        const found = head
          ? { name: head.branch, target: head.commit as CommitOid }
          : await git.defaultBranch({ repository: repository.name, signal: op.signal }).catch((error: unknown) => {
              if (notCloned(error)) return null;
              throw error;
            });
        if (!found) return null;
        const name = found.name === 'HEAD' ? 'HEAD' : `refs/heads/${found.name}`;
        return { ...describeRef(name), target: found.target, repository };
      },
      commit: (repository: Repository, { rev }: { rev: string }, op) => {
        mirrors
          .refresh(repository.id, 'view')
          .catch((error: unknown) => op.log.warn('a refresh could not be asked for', { repositoryId: repository.id, error }));
        return access.commitAt(op, repository, rev);
      },
      gitRefs: (repository: Repository, args: RefArguments, op) => refs(repository, args, op),
      branches: (repository: Repository, args: RefArguments, op) => refs(repository, { ...args, type: 'GIT_BRANCH' }, op),
      tags: (repository: Repository, args: RefArguments, op) => refs(repository, { ...args, type: 'GIT_TAG' }, op),
      comparison: (repository: Repository, { base, head }: { base?: string | null; head?: string | null }, op) =>
        comparisonOf(access, op, repository, base ?? '', head ?? ''),
      contributors: async (
        repository: Repository,
        args: { first?: number | null; revisionRange?: string | null; afterDate?: string | null; path?: string | null },
        op,
      ) => {
        const { limit } = pageRequest('contributors', { first: args.first ?? null }, REFS);
        const path = args.path ? RepoPath.parse(args.path) : undefined;
        if (path !== undefined && !(await access.maySee(op, repository, path))) return { nodes: [], totalCount: 0 };
        const at = args.revisionRange ? await access.commitAt(op, repository, args.revisionRange) : undefined;
        if (at === null) return { nodes: [], totalCount: 0 };
        const found = await git.contributors({
          repository: repository.name,
          limit: REFS.max,
          signal: op.signal,
          ...(at ? { revision: at.oid } : {}),
          ...(path === undefined ? {} : { path }),
          ...(args.afterDate ? { after: args.afterDate } : {}),
        });
        return {
          nodes: found.slice(0, limit).map(({ name, email, count }) => ({ person: { name, email }, count, repository })),
          totalCount: found.length,
        };
      },
    },
    GitRef: {
      id: ({ repository, name }: RefParent) => refNodeId(repository.id, name),
      abbrevName: ({ shortName }: RefParent) => shortName,
      displayName: ({ shortName }: RefParent) => shortName,
      prefix: ({ name, shortName }: RefParent) => name.slice(0, name.length - shortName.length),
      type: ({ type }: RefParent) => (type === 'branch' ? 'GIT_BRANCH' : type === 'tag' ? 'GIT_TAG' : 'GIT_REF_OTHER'),
      target: ({ repository, target, shortName }: RefParent) => ({ repository, oid: target, rev: shortName }),
      url: ({ repository, shortName }: RefParent) => revisionUrl(repository.name, shortName),
    },
    MirrorRepositoryInfo: {
      cloned: ({ status }: MirrorParent) => status === 'cloned' || status === 'corrupt',
      cloneInProgress: ({ status }: MirrorParent) => status === 'cloning',
      cloneProgress: ({ progress }: MirrorParent) => progress ?? null,
      updatedAt: ({ lastFetched }: MirrorParent) => lastFetched ?? null,
      lastChangedAt: ({ lastChanged }: MirrorParent) => lastChanged ?? null,
      nextSyncAt: ({ nextFetch }: MirrorParent) => nextFetch ?? null,
      lastError: ({ isAdmin, lastError }: MirrorParent) => (isAdmin ? (lastError ?? null) : null),
      isCorrupted: ({ status }: MirrorParent) => status === 'corrupt',
      corruptionLogs: ({ isAdmin, corruptions }: MirrorParent) => (isAdmin ? (corruptions ?? []) : null),
      byteSize: ({ sizeBytes }: MirrorParent) => sizeBytes ?? 0,
      shard: ({ isAdmin, shard }: MirrorParent) => (isAdmin ? (shard ?? null) : null),
    },
    Query: {
      repositoryStats: async () => {
        const { corrupt, sizeBytes, ...stats } = await mirrors.stats();
        return { ...stats, corrupted: corrupt, gitDirBytes: sizeBytes };
      },
    },
    Mutation: {
      updateMirrorRepository: async (_parent, { repository }: { repository: string }, op) => {
        await mirrors.refresh((await byNodeId(repository, op)).id, 'manual');
        return { alwaysNil: null };
      },
      recloneRepository: async (_parent, { repo }: { repo: string }, op) => {
        const { id } = await byNodeId(repo, op);
        await access.api.db.transaction(async (tx) => {
          await mirrors.reclone(id, tx);
          await access.api.audit?.record('repository', 'reclone', { actor: op.actor }, { repositoryID: id }, { tx });
        });
        return { alwaysNil: null };
      },
    },
  };

  async function refs(repository: Repository, args: RefArguments, op: Operation) {
    const newest = args.orderBy === 'AUTHORED_OR_COMMITTED_AT';
    // By date, refs move while one reads on: their pages are counted, and have cursors of their own.
    const list = newest ? 'newest-refs' : 'refs';
    const { limit, after } = pageRequest(list, args, REFS);
    const skip = newest ? offsetOf(after) : 0;
    const type = args.type === 'GIT_BRANCH' || args.type === 'GIT_TAG' ? TYPES[args.type] : undefined;
    const wanted = {
      repository: repository.name,
      signal: op.signal,
      ...(type ? { type } : {}),
      ...(args.query ? { query: args.query } : {}),
    };
    const found = await git.refs({
      ...wanted,
      limit: limit + 1,
      ...(newest ? { newestFirst: true, skip } : after === undefined ? {} : { after }),
    });
    const page = found.slice(0, limit);
    const hasNextPage = found.length > limit;
    const shown = args.type === 'GIT_REF_OTHER' ? page.filter((ref) => ref.type === 'other') : page;
    return {
      nodes: shown.map((ref) => ({ ...ref, repository })),
      pageInfo: {
        hasNextPage,
        endCursor: hasNextPage ? encodeCursor(list, newest ? String(skip + limit) : page.at(-1)!.name) : null,
      },
      totalCount: async () => {
        const all = await git.refs({ ...wanted, limit: MAX_COUNTED_REFS + 1 });
        const { length } = args.type === 'GIT_REF_OTHER' ? all.filter((ref) => ref.type === 'other') : all;
        return all.length > MAX_COUNTED_REFS ? null : length;
      },
    };
  }

  /** @throws SEXTANT_GIT_REPOSITORY_NOT_FOUND for one that does not exist and for one that is hidden, alike. */
  async function byNodeId(nodeId: string, op: Operation): Promise<Repository> {
    const id = repositoryIdOf(nodeId);
    const found = id === undefined ? undefined : await access.api.repositories.byId(op.actor, id);
    if (!found) throw new SextantError('SEXTANT_GIT_REPOSITORY_NOT_FOUND', { what: 'There is no such repository.', fix: 'Check the id.' });
    return found;
  }
}
