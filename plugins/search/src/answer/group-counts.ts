/** Matches of one result by group; what is in none is counted as `ungrouped`. */
export interface Grouped {
  readonly groups: Iterable<readonly [label: string, count: number]>;
  readonly ungrouped: number;
}

export interface GroupSummary {
  readonly groups: readonly { readonly label: string; readonly count: number }[];
  readonly otherGroups: number;
  readonly otherCount: number;
  readonly ungroupedCount: number;
  readonly matchCount: number;
}

/** Groups that are told apart; an expression may have as many values as there are lines. */
const MAX_ENTRIES = 200_000;

/** Counts by group and repository: who may see the repository decides at the end what of it is said. */
export class GroupCounts {
  readonly #byLabel = new Map<string, Map<number, number>>();
  readonly #ungrouped = new Map<number, number>();
  /** Counts of labels that came when there was no more room. */
  readonly #beyond = new Map<number, number>();
  #entries = 0;

  get overflowed(): boolean {
    return this.#beyond.size > 0;
  }

  add(repositoryId: number, { groups, ungrouped }: Grouped): void {
    if (ungrouped > 0) increase(this.#ungrouped, repositoryId, ungrouped);
    for (const [label, count] of groups) {
      const counts = this.#byLabel.get(label) ?? new Map<number, number>();
      if (!counts.has(repositoryId) && this.#entries++ >= MAX_ENTRIES) {
        increase(this.#beyond, repositoryId, count);
        continue;
      }
      this.#byLabel.set(label, counts);
      increase(counts, repositoryId, count);
    }
  }

  /** @param sees may a group be spoken of, as far as it is in this repository? */
  summary(first: number, sees: (repositoryId: number, label?: string) => boolean): GroupSummary {
    const sum = (counts: ReadonlyMap<number, number>, label?: string): number =>
      [...counts].reduce((total, [id, count]) => total + (sees(id, label) ? count : 0), 0);
    const all = [...this.#byLabel]
      .map(([label, counts]) => ({ label, count: sum(counts, label) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
    const total = all.reduce((n, { count }) => n + count, 0);
    const groups = all.slice(0, first);
    const listed = groups.reduce((n, { count }) => n + count, 0);
    const beyond = sum(this.#beyond);
    const ungroupedCount = sum(this.#ungrouped);
    return {
      groups,
      otherGroups: all.length - groups.length,
      otherCount: total - listed + beyond,
      ungroupedCount,
      matchCount: total + beyond + ungroupedCount,
    };
  }
}

const increase = (counts: Map<number, number>, key: number, by: number): void => void counts.set(key, (counts.get(key) ?? 0) + by);
