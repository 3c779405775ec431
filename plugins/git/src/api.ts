import type { Repository } from '@sextant/plugin-code-host/api';
import { type CommitOid, defineEvent, type RepoPath, serviceToken, z } from '@sextant/sdk';
import type { Commit, TreeEntry } from './git.js';

export type { BlameHunk, Commit, DiffFile, FetchEvent, FetchSource, Git, MirrorDisk, Ref, Signature, TreeEntry } from './git.js';
/** Where each method runs when `git` is a process of its own, is said by its remote contract (`./remote.js`). */
export { gitService } from './remote.js';

export type CloneStatus = 'not-cloned' | 'queued' | 'cloning' | 'cloned' | 'corrupt';
export interface MirrorState {
  readonly repositoryId: number;
  readonly status: CloneStatus;
  readonly progress: string | undefined;
  readonly lastFetched: Date | undefined;
  readonly lastChanged: Date | undefined;
  readonly lastError: string | undefined;
  readonly nextFetch: Date | undefined;
  readonly sizeBytes: number | undefined;
  readonly shard: string | undefined;
  /** Default branch at the last fetch. */
  readonly head: { readonly branch: string; readonly commit: string } | undefined;
}
export interface Mirrors {
  states(ids: readonly number[]): Promise<ReadonlyMap<number, MirrorState>>;
  /** Fetch soon: a person looks, or the host pushed. */
  refresh(id: number, reason: 'view' | 'webhook' | 'manual' | 'local-change'): Promise<void>;
  stats(): Promise<{
    readonly total: number;
    readonly cloned: number;
    readonly cloning: number;
    readonly notCloned: number;
    readonly failedFetch: number;
    readonly corrupt: number;
    readonly sizeBytes: number;
  }>;
}
export const mirrors = serviceToken<Mirrors>('git.mirrors@1');

export { type MadeFile, type MadeMirror, type MadeVersion, type MirrorMaker, mirrorMakers } from './mirror-makers.js';

/** A mirror was cloned or a fetch moved a ref. */
export const mirrorUpdated = defineEvent(
  'git.mirror-updated@1',
  z.object({
    repositoryId: z.number(),
    name: z.string(),
    head: z.string().nullable(),
    /** It was cloned, for the first time or anew. */
    cloned: z.boolean().optional(),
  }),
);

/** What another plugin returns for a field of type GitCommit. The repository came through the wall. */
export interface GitCommitParent {
  readonly repository: Repository;
  readonly oid: CommitOid;
  /** As the reader named it; links keep it. */
  readonly rev?: string;
  /** When it is at hand already. */
  readonly commit?: Commit;
}
/** … and for a field of type GitBlob, GitTree or TreeEntry. */
export interface GitEntryParent {
  readonly repository: Repository;
  readonly oid: CommitOid;
  readonly path: RepoPath;
  readonly rev?: string;
  /** When it is at hand already; needed where the type is the interface TreeEntry. */
  readonly entry?: TreeEntry;
}
