import type { CommitOid, RepoName, RepoPath, RevSpec } from '@sextant/sdk';

export interface Signature {
  readonly name: string;
  readonly email: string /** ISO 8601. */;
  readonly date: string;
}

export interface Commit {
  readonly oid: CommitOid;
  readonly parents: readonly CommitOid[];
  readonly author: Signature;
  readonly committer: Signature;
  /** Whole message. */
  readonly message: string;
}

export interface TreeEntry {
  readonly path: RepoPath;
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit';
  /** Octal, as git prints it: 100644, 100755, 120000 (symbolic link), 040000, 160000 (submodule). */
  readonly mode: string;
  /** Bytes, for blobs. */
  readonly size?: number;
  /** Of a submodule: its URL when `.gitmodules` tells. */
  readonly submoduleUrl?: string;
}

export interface Ref {
  readonly name: string;
  readonly shortName: string;
  readonly type: 'branch' | 'tag' | 'other';
  readonly target: CommitOid;
}

export interface BlameHunk {
  readonly startLine: number;
  readonly endLine: number;
  readonly commit: CommitOid;
  readonly author: Signature;
  readonly message: string;
  readonly filename: string;
}

export interface DiffFile {
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly binary: boolean;
  readonly added: number;
  readonly deleted: number;
  readonly oldMode?: string;
  readonly newMode?: string;
  readonly hunks: readonly {
    readonly oldStart: number;
    readonly oldLines: number;
    readonly newStart: number;
    readonly newLines: number;
    readonly section: string;
    readonly body: string;
  }[];
  /** The hunks were left out because the diff is too large. */
  readonly truncated: boolean;
}

interface Target {
  readonly repository: RepoName;
  readonly signal?: AbortSignal;
}

/**
 * Every git read. It knows no permissions: whoever calls it for a person has asked the wall first.
 * Missing things are SEXTANT_GIT_REPOSITORY_NOT_FOUND, …_NOT_CLONED, …_REVISION_NOT_FOUND, …_PATH_NOT_FOUND; lists are bounded.
 */
export interface Git {
  resolve(o: Target & { readonly revision: RevSpec }): Promise<CommitOid>;
  /** Many at once; a revision that does not exist is absent. */
  resolveMany(o: {
    readonly items: readonly { readonly repository: RepoName; readonly revision: RevSpec }[];
    readonly signal?: AbortSignal;
  }): Promise<readonly (CommitOid | null)[]>;
  defaultBranch(o: Target): Promise<{ readonly name: string; readonly target: CommitOid } | null>;
  commit(o: Target & { readonly oid: CommitOid }): Promise<Commit>;
  /** One level, or everything below with `recursive`. Sorted as git sorts. */
  tree(
    o: Target & { readonly oid: CommitOid; readonly path: RepoPath; readonly recursive?: boolean; readonly limit?: number },
  ): AsyncIterable<TreeEntry>;
  entry(o: Target & { readonly oid: CommitOid; readonly path: RepoPath }): Promise<TreeEntry | null>;
  /** Raw bytes of a blob; `start`/`end` in bytes, end exclusive. A symbolic link's bytes are its target's name. */
  blob(
    o: Target & { readonly oid: CommitOid; readonly path: RepoPath; readonly start?: number; readonly end?: number },
  ): AsyncIterable<Uint8Array>;
  /** Blobs by object id, many at once, as frames: a line `<oid> <size>\n`, then the bytes, then a newline. */
  blobs(o: Target & { readonly oids: readonly string[] }): AsyncIterable<Uint8Array>;
  archive(o: Target & { readonly oid: CommitOid; readonly path?: RepoPath; readonly format: 'zip' | 'tar' }): AsyncIterable<Uint8Array>;
  log(
    o: Target & {
      /** Commits reachable from any of these … */
      readonly from: readonly CommitOid[];
      /** … and from none of these. */
      readonly not?: readonly CommitOid[];
      readonly path?: RepoPath;
      readonly follow?: boolean;
      /** RE2 over `Name <mail>`. */
      readonly author?: string;
      readonly after?: string;
      readonly before?: string;
      readonly query?: string;
      readonly limit: number;
      readonly skip?: number;
    },
  ): AsyncIterable<Commit>;
  /** Commits with their changes against the first parent, newest first: what diff search reads. */
  logWithDiffs(
    o: Target & {
      readonly from: readonly CommitOid[];
      readonly not?: readonly CommitOid[];
      readonly after?: string;
      readonly before?: string;
      readonly paths?: readonly RepoPath[];
      readonly limit: number;
    },
  ): AsyncIterable<{ readonly commit: Commit; readonly files: readonly DiffFile[] }>;
  blame(
    o: Target & { readonly oid: CommitOid; readonly path: RepoPath; readonly startLine?: number; readonly endLine?: number },
  ): Promise<readonly BlameHunk[]>;
  /** `base` null: against the empty tree. */
  diff(
    o: Target & {
      readonly base: CommitOid | null;
      readonly head: CommitOid;
      readonly paths?: readonly RepoPath[];
      readonly maxFiles?: number;
    },
  ): AsyncIterable<DiffFile>;
  /** Paths that differ, cheap: what an incremental index asks. */
  changedPaths(
    o: Target & { readonly base: CommitOid; readonly head: CommitOid },
  ): AsyncIterable<{ readonly path: RepoPath; readonly status: 'A' | 'M' | 'D' | 'T' }>;
  mergeBase(o: Target & { readonly a: CommitOid; readonly b: CommitOid }): Promise<CommitOid | null>;
  aheadBehind(o: Target & { readonly a: CommitOid; readonly b: CommitOid }): Promise<{ readonly ahead: number; readonly behind: number }>;
  /** Sorted by name, where `after` is the last name of the page before; or by date (`newestFirst`), where `skip` counts those of the pages before. */
  refs(
    o: Target & {
      readonly type?: 'branch' | 'tag';
      readonly query?: string;
      readonly after?: string;
      readonly newestFirst?: boolean;
      readonly skip?: number;
      readonly limit: number;
    },
  ): Promise<readonly Ref[]>;
  contributors(
    o: Target & { readonly revision?: CommitOid; readonly path?: RepoPath; readonly after?: string; readonly limit: number },
  ): Promise<readonly { readonly name: string; readonly email: string; readonly count: number }[]>;
  /** The mirror's state on disk. */
  mirror(o: Target): Promise<MirrorDisk | null>;
  /** Clones or fetches now. Progress in git's words; `changed` when any ref moved. */
  fetch(o: Target & { readonly source: FetchSource }): AsyncIterable<FetchEvent>;
  /** Removes the mirror from disk. A fetch of it that is under way ends with SEXTANT_GIT_MIRROR_REMOVED. */
  remove(o: Target): Promise<void>;
  /** Moves the mirror when its repository was renamed. */
  rename(o: Target & { readonly to: RepoName }): Promise<void>;
}

export interface MirrorDisk {
  readonly sizeBytes: number;
  readonly head: string | null;
  readonly lastFetched: string | null;
  readonly corrupt: string | null;
}
/** As CloneSource, with the secrets revealed: it crosses only to the git role, over its authenticated channel. */
export interface FetchSource {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly sshKey?: string;
  readonly localFolder?: boolean;
  readonly maker?: { readonly name: string; readonly input: string };
  readonly from?: 'person' | 'admin';
}
export type FetchEvent =
  | { readonly type: 'progress'; readonly text: string }
  | {
      readonly type: 'done';
      readonly changed: boolean;
      readonly cloned: boolean;
      readonly sizeBytes: number;
      readonly head: string | null;
      /** The node that holds it. */
      readonly shard: string;
      /** Of a mirror that is made: what could not be taken into it, and why. */
      readonly leftOut?: readonly string[];
    };
