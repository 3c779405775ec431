/** A known repository whose host calls it something else now, or that is back after it was gone. */
export interface Move {
  readonly id: number;
  /** Its name while it is alive; undefined for one that comes back. */
  readonly current: string | undefined;
  readonly wanted: string;
}

export interface Settled {
  readonly accepted: readonly Move[];
  /** Their wanted name is another's: the living keep the name they have, the others stay away. */
  readonly refused: readonly Move[];
}

const fold = (name: string): string => name.toLowerCase();

/**
 * Which moves can all happen at once so that no two living repositories share a name (upper and lower case are the same). Swaps and circles are fine.
 * Of two that want one name, the one that has it wins, then the older. The answer does not depend on the order of `moves`.
 * @param held names, folded, of living repositories that do not move.
 */
export function settleNames(moves: readonly Move[], held: ReadonlySet<string>): Settled {
  const rank = (move: Move): number => (move.current !== undefined && fold(move.current) === fold(move.wanted) ? 0 : 1);
  let accepted = [...moves].sort((a, b) => rank(a) - rank(b) || a.id - b.id);
  const refused: Move[] = [];
  // Refusing one keeps its present name taken, which may refuse another: until nothing changes.
  for (;;) {
    const taken = new Set(held);
    for (const { current } of refused) if (current !== undefined) taken.add(fold(current));
    const stay: Move[] = [];
    for (const move of accepted) {
      const name = fold(move.wanted);
      (taken.has(name) ? refused : stay).push(move);
      taken.add(name);
    }
    if (stay.length === accepted.length) return { accepted: stay, refused };
    accepted = stay;
  }
}
