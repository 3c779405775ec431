import { byPreference } from './rendezvous.js';

/** What decides where repositories belong. */
export interface PlacementRules {
  /** The names of the nodes that the index is spread over. */
  readonly nodes: readonly string[];
  /** Nodes that hold each repository. */
  readonly copies: number;
  /** Nodes that are to be emptied. */
  readonly drained: ReadonlySet<string>;
  /** Nodes that a repository was pinned to. */
  readonly pins: ReadonlyMap<number, readonly string[]>;
}

/**
 * The nodes that a repository belongs on: those it is pinned to, else as many as there are to be copies. None of them is
 * drained, unless all nodes are: somebody has to hold the index. A pin whose nodes are all drained or gone rests meanwhile.
 */
export function ownersOf(repository: number, { nodes, copies, drained, pins }: PlacementRules): readonly string[] {
  const open = nodes.filter((node) => !drained.has(node));
  const usable = open.length > 0 ? open : nodes;
  const pinned = (pins.get(repository) ?? []).filter((node) => usable.includes(node));
  return pinned.length > 0 ? pinned : byPreference(usable, repository).slice(0, copies);
}
