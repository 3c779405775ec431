import type { RemoteNode } from '@sextant/sdk';
import type { SearchEngine } from '../engine/contract.js';
import type { HoldingsView } from './holdings-view.js';

type Node = RemoteNode<SearchEngine>;

/** Who answers for which repositories. */
export interface Shares {
  readonly shares: ReadonlyMap<Node, readonly number[]>;
  /** Held by no node that answers, while some do not answer. */
  readonly unanswered: readonly number[];
  /** Held by no node, and all answer. */
  readonly notIndexed: readonly number[];
}

/** The way of one request over the nodes: each repository is answered for by one node, and by another when that one fails. */
export class SpreadRoute {
  readonly #tried = new Map<number, Set<Node>>();

  constructor(private readonly view: HoldingsView) {}

  async shares(repositories: Iterable<number>): Promise<Shares> {
    await this.view.refresh();
    return this.#shares(repositories);
  }

  /** Who answers instead of a node that failed. */
  instead(failed: Node, repositories: readonly number[]): Shares {
    this.#note(failed, repositories);
    return this.#shares(repositories);
  }

  /** Whether others that answer hold all of what a node was asked for, and were not asked for it yet. */
  isElsewhere(node: Node, repositories: readonly number[]): boolean {
    return repositories.every((id) => this.view.holders(id).some((holder) => holder !== node && !this.#tried.get(id)?.has(holder)));
  }

  /** Who answers for what a node says it does not hold: it may have moved since it was last asked. */
  async moved(from: Node, repositories: readonly number[]): Promise<Shares> {
    await this.view.renew();
    // It has the repository, and not the branch.
    const gone = repositories.filter((id) => !this.view.holds(from, id));
    this.#note(from, gone);
    const { shares, unanswered, notIndexed } = this.#shares(gone);
    return { shares, unanswered, notIndexed: [...notIndexed, ...repositories.filter((id) => !gone.includes(id))] };
  }

  #note(node: Node, repositories: readonly number[]): void {
    for (const id of repositories) this.#tried.set(id, (this.#tried.get(id) ?? new Set()).add(node));
  }

  #shares(repositories: Iterable<number>): Shares {
    const shares = new Map<Node, number[]>();
    const nowhere: number[] = [];
    for (const id of repositories) {
      const tried = this.#tried.get(id);
      const node = this.view.holders(id).find((holder) => !tried?.has(holder));
      if (!node) nowhere.push(id);
      else if (shares.has(node)) shares.get(node)!.push(id);
      else shares.set(node, [id]);
    }
    return this.view.allUp ? { shares, unanswered: [], notIndexed: nowhere } : { shares, unanswered: nowhere, notIndexed: [] };
  }
}
