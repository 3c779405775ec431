import type { Repository, Visibility } from '@sextant/plugin-code-host/api';
import type { User } from '@sextant/plugin-identity/api';
import { type CommitOid, decodeNodeId, encodeNodeId, type Operation, RepoPath, RevSpec, SextantError } from '@sextant/sdk';
import type { Commit, GitCommitParent, GitEntryParent, TreeEntry } from '../../api.js';
import { revisionOf } from './revision-of.js';
import type { Api } from './wiring.js';

/** What cannot be read whole into an answer: bytes. */
const MAX_CONTENT = 32 * 1024 * 1024;

const MISSING = new Set(['SEXTANT_GIT_REVISION_NOT_FOUND', 'SEXTANT_GIT_PATH_NOT_FOUND', 'SEXTANT_GIT_OBJECT_NOT_FOUND']);

/** Null for what is not there; every other error stays one. */
export const orNull = (error: unknown): null => {
  if (SextantError.is(error) && MISSING.has(error.code)) return null;
  throw error;
};

export const notCloned = (error: unknown): boolean => SextantError.is(error) && error.code === 'SEXTANT_GIT_NOT_CLONED';

/** Reads of one GraphQL operation: through its loaders, and behind the wall. */
export class GitAccess {
  constructor(readonly api: Api) {}

  visibility(op: Operation): Promise<Visibility> {
    return op.once('visibility', () => this.api.visibility.of(op.actor));
  }

  /** The repository was let through already; this asks about a path inside it. */
  async maySee(op: Operation, repository: Repository, path: string): Promise<boolean> {
    return path === '' || (await this.visibility(op)).canSee(repository.id, path);
  }

  /** Null when the revision does not exist. @throws SEXTANT_VALUE_REVISION before anything is looked up. */
  async commitAt(op: Operation, repository: Repository, rev: string): Promise<GitCommitParent | null> {
    const revision = rev === '' ? RevSpec.HEAD : revisionOf(rev, op, this.api.audit);
    const oid = await this.api.git.resolve({ repository: repository.name, revision, signal: op.signal }).catch(orNull);
    return oid && { repository, oid, ...(rev === '' ? {} : { rev }) };
  }

  commit(op: Operation, { repository, oid, commit }: GitCommitParent): Promise<Commit> {
    return commit ? Promise.resolve(commit) : op.loader<string, Commit>('commits').load(JSON.stringify([repository.name, oid]));
  }

  async entryAt(
    op: Operation,
    { repository, oid, rev }: GitCommitParent,
    path: string,
  ): Promise<(GitEntryParent & { readonly entry: TreeEntry }) | null> {
    const parsed = RepoPath.parse(path);
    if (!(await this.maySee(op, repository, parsed))) return null;
    const entry = await op.loader<string, TreeEntry | null>('entries').load(JSON.stringify([repository.name, oid, parsed]));
    return entry && { repository, oid, path: parsed, entry, ...(rev === undefined ? {} : { rev }) };
  }

  async entry(op: Operation, { repository, oid, path, entry }: GitEntryParent): Promise<TreeEntry> {
    const found = entry ?? (await op.loader<string, TreeEntry | null>('entries').load(JSON.stringify([repository.name, oid, path])));
    if (!found)
      throw new SextantError('SEXTANT_GIT_PATH_NOT_FOUND', {
        what: `"${path}" does not exist at ${oid}.`,
        fix: 'Check the path and the revision.',
      });
    return found;
  }

  /** The user who has proved the address, where the viewer may learn whose it is: oneself, and anybody for site admins. */
  async userOf(op: Operation, email: string): Promise<User | null> {
    const { actor } = op;
    if (!actor.siteAdmin && actor.userId === undefined) return null;
    const user = await op.loader<string, User | null>('users-by-email').load(email.toLowerCase());
    return user && (actor.siteAdmin || actor.userId === user.id) ? user : null;
  }

  content(op: Operation, { repository, oid, path }: GitEntryParent): Promise<Buffer> {
    return op.loader<string, Buffer>('contents').load(JSON.stringify([repository.name, oid, path]));
  }
}

/** Loaders of an operation: whatever several fields of one object need is read once. */
export function gitLoaders({ git, accounts }: Api) {
  const each =
    <V>(load: (key: never[], op: Operation) => Promise<V>) =>
    (keys: readonly string[], op: Operation): Promise<readonly (V | Error)[]> =>
      Promise.all(
        keys.map((key) =>
          load(JSON.parse(key) as never[], op).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
        ),
      );
  return {
    'users-by-email': async (emails: readonly string[]): Promise<readonly (User | null)[]> => {
      const found = await accounts?.byVerifiedEmails(emails);
      return emails.map((email) => found?.get(email) ?? null);
    },
    commits: each(([repository, oid], { signal }) => git.commit({ repository: repository!, oid: oid!, signal })),
    entries: each(([repository, oid, path], { signal }) => git.entry({ repository: repository!, oid: oid!, path: path!, signal })),
    contents: each(async ([repository, oid, path], { signal }) => {
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const part of git.blob({ repository: repository!, oid: oid!, path: path!, signal })) {
        size += part.length;
        if (size > MAX_CONTENT)
          throw new SextantError('SEXTANT_GIT_TOO_LARGE', {
            what: `The file has more than ${MAX_CONTENT} bytes.`,
            fix: 'Use its rawURL, which streams.',
          });
        parts.push(part);
      }
      return Buffer.concat(parts);
    }),
  };
}

export const commitNodeId = (repositoryId: number, oid: CommitOid): string => encodeNodeId('GitCommit', `${repositoryId}:${oid}`);
export const refNodeId = (repositoryId: number, name: string): string => encodeNodeId('GitRef', `${repositoryId}:${name}`);

/** The database's id behind a Repository's GraphQL id; undefined when it is none. */
export function repositoryIdOf(nodeId: string): number | undefined {
  const id = Number(decodeNodeId('Repository', nodeId) ?? Number.NaN);
  return Number.isInteger(id) && id > 0 && id <= 0x7fffffff ? id : undefined;
}
