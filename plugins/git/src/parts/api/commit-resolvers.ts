import { type Operation, pageRequest, RepoPath, type ResolverMap, SextantError } from '@sextant/sdk';
import type { Commit, GitCommitParent, GitEntryParent, Signature } from '../../api.js';
import { allOf } from '../../reads/all-of.js';
import { commitPage, offsetOf } from './commit-page.js';
import { comparisonOf } from './comparison-resolvers.js';
import { commitLinks } from './external-links.js';
import { commitNodeId, type GitAccess } from './git-access.js';
import { commitUrl } from './git-urls.js';

const PAGE = { max: 10_000, default: 50 };
const MAX_FILE_NAMES = 100_000;
const tooManyFiles = (): SextantError =>
  new SextantError('SEXTANT_GIT_TOO_LARGE', {
    what: `The commit has more than ${MAX_FILE_NAMES} files.`,
    fix: 'Read its folders one by one with tree(path).entries.',
  });

interface AncestorsArguments {
  readonly first?: number | null;
  readonly query?: string | null;
  readonly path?: string | null;
  readonly follow?: boolean | null;
  readonly author?: string | null;
  readonly after?: string | null;
  readonly before?: string | null;
  readonly afterCursor?: string | null;
}

export function commitResolvers(access: GitAccess): ResolverMap {
  const { git } = access.api;
  const read = (parent: GitCommitParent, op: Operation): Promise<Commit> => access.commit(op, parent);
  return {
    GitCommit: {
      id: ({ repository, oid }: GitCommitParent) => commitNodeId(repository.id, oid),
      abbreviatedOID: ({ oid }: GitCommitParent) => oid.slice(0, 7),
      author: async (parent, _args, op) => (await read(parent, op)).author,
      committer: async (parent, _args, op) => (await read(parent, op)).committer,
      message: async (parent, _args, op) => (await read(parent, op)).message,
      subject: async (parent, _args, op) => subjectOf(await read(parent, op)),
      body: async (parent, _args, op) => bodyOf(await read(parent, op)),
      parents: async (parent: GitCommitParent, _args, op) =>
        (await read(parent, op)).parents.map((oid) => ({ repository: parent.repository, oid })),
      tree: async (parent: GitCommitParent, { path, recursive }: { path?: string | null; recursive?: boolean | null }, op) => {
        const found = await access.entryAt(op, parent, path ?? '');
        return found?.entry.type === 'tree' ? { ...found, recursive: recursive ?? false } : null;
      },
      blob: (parent: GitCommitParent, { path }: { path: string }, op) => blobAt(parent, path, op),
      file: (parent: GitCommitParent, { path }: { path: string }, op) => blobAt(parent, path, op),
      path: (parent: GitCommitParent, { path }: { path: string }, op) => access.entryAt(op, parent, path),
      fileNames: async ({ repository, oid }: GitCommitParent, _args, op) => {
        const visible = await access.visibility(op);
        const names: string[] = [];
        for await (const { type, path } of git.tree({
          repository: repository.name,
          oid,
          path: RepoPath.parse(''),
          recursive: true,
          signal: op.signal,
        })) {
          if (type !== 'blob' || !visible.canSee(repository.id, path)) continue;
          if (names.length === MAX_FILE_NAMES) throw tooManyFiles();
          names.push(path);
        }
        return names;
      },
      ancestors: async (parent: GitCommitParent, args: AncestorsArguments, op) => {
        const { limit, after } = pageRequest('commits', { first: args.first ?? null, after: args.afterCursor ?? null }, PAGE);
        const path = args.path ? RepoPath.parse(args.path) : undefined;
        if (path !== undefined && !(await access.maySee(op, parent.repository, path))) return commitPage(parent, [], limit, 0);
        const skip = offsetOf(after);
        const commits = await allOf(
          git.log({
            repository: parent.repository.name,
            from: [parent.oid],
            limit: limit + 1,
            skip,
            signal: op.signal,
            ...(path === undefined ? {} : { path, follow: args.follow ?? false }),
            ...(args.query ? { query: args.query } : {}),
            ...(args.author ? { author: args.author } : {}),
            ...(args.after ? { after: args.after } : {}),
            ...(args.before ? { before: args.before } : {}),
          }),
        );
        return commitPage(parent, commits, limit, skip);
      },
      diff: async (parent: GitCommitParent, { base }: { base?: string | null }, op) => {
        if (base) return comparisonOf(access, op, parent.repository, base, parent.oid);
        const first = (await read(parent, op)).parents[0] ?? null;
        return {
          repository: parent.repository,
          base: { expr: `${parent.oid}~`, oid: first },
          head: { expr: parent.oid, oid: parent.oid },
          direct: true,
        };
      },
      url: ({ repository, oid }: GitCommitParent) => commitUrl(repository.name, oid),
      externalURLs: ({ repository, oid }: GitCommitParent) => commitLinks(repository, oid),
      canonicalURL: ({ repository, oid }: GitCommitParent) => commitUrl(repository.name, oid),
    },
    Signature: { person: (signature: Signature) => signature },
    Person: {
      displayName: ({ name, email }: Signature) => name || email,
      user: ({ email }: Signature, _args, op) => access.userOf(op, email),
      avatarURL: async ({ email }: Signature, _args, op) => (await access.userOf(op, email))?.avatarUrl ?? null,
    },
    GitObject: {
      abbreviatedOID: ({ oid }: GitCommitParent) => oid.slice(0, 7),
      type: () => 'GIT_COMMIT',
      commit: (parent: GitCommitParent) => parent,
    },
    Hunk: {
      rev: (hunk: { at: GitCommitParent }) => hunk.at.oid,
      commit: (hunk: { at: GitCommitParent }) => hunk.at,
    },
  };

  async function blobAt(parent: GitCommitParent, path: string, op: Operation): Promise<GitEntryParent | null> {
    const found = await access.entryAt(op, parent, path);
    return found?.entry.type === 'blob' ? found : null;
  }
}

const subjectOf = ({ message }: Commit): string => message.split('\n', 1)[0]!.trim();

function bodyOf({ message }: Commit): string | null {
  const body = message.slice(message.split('\n', 1)[0]!.length).trim();
  return body === '' ? null : body;
}
