export type VerdictReason =
  | 'capped'
  | 'timed-out'
  | 'shard-missing'
  | 'repository-cloning'
  | 'repository-missing'
  | 'not-indexed'
  | 'degraded'
  | 'skipped-files'
  | 'not-parsed'
  | 'permission-limited'
  | 'stale'
  | 'excluded'
  | 'error';

/** What the answer did not look at. `exhaustive` only when nothing was left out. */
export interface Verdict {
  readonly exhaustive: boolean;
  readonly reasons: readonly {
    readonly reason: VerdictReason;
    readonly message: string;
    readonly repositories?: readonly string[];
    readonly count?: number;
  }[];
  /** The whole verdict in one sentence. */
  readonly words: string;
  /** The oldest index that was searched: the commit's age in milliseconds. */
  readonly oldestIndexAt?: string;
}
