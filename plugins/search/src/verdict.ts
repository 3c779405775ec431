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
  | 'repository-limit'
  | 'excluded-fork'
  | 'excluded-archive'
  | 'display'
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
  /** When the oldest index that gave a result was built, ISO 8601. */
  readonly oldestIndexAt?: string;
  /** Some results are from commits that their branch has left behind: the longest time since, in whole seconds, at least. */
  readonly lagSeconds?: number;
}
