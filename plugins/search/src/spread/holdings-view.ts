import { setTimeout as wait } from 'node:timers/promises';
import type { RemoteNode } from '@sextant/sdk';
import type { SearchEngine } from '../engine/contract.js';
import { byPreference } from '../placement/rendezvous.js';

/** What is younger than this is used as it is; what is older is used too, while it is asked for again. */
const FRESH_FOR = 1_000;
/** What is older is not gone by: well below the time for which a node keeps what has moved to another (SETTLE_AFTER). */
const KNOWN_FOR = 5_000;
const ASK_TIMEOUT = 2_000;
/** For a node that did not answer the last time. */
const PATIENCE = 500;

type Node = RemoteNode<SearchEngine>;

interface NodeState {
  readonly node: Node;
  isUp: boolean;
  tag: string | undefined;
  /** As it last said; still so when it does not answer any more. */
  holds: ReadonlySet<number>;
  /** When its last answer was asked for, and the last answer or failure. */
  answeredAt: number;
  askedAt: number;
  asking: Promise<void> | undefined;
}

/** What the search nodes say that they hold, asked for when somebody wants to know. */
export class HoldingsView {
  readonly #states: readonly NodeState[];

  constructor(
    nodes: readonly Node[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#states = nodes.map((node) => ({
      node,
      isUp: true,
      tag: undefined,
      holds: new Set(),
      answeredAt: Number.NEGATIVE_INFINITY,
      askedAt: Number.NEGATIVE_INFINITY,
      asking: undefined,
    }));
  }

  /** Resolves when what is known is recent enough to go by. A node that did not answer is hardly waited for. */
  async refresh(): Promise<void> {
    const waited: Promise<void>[] = [];
    for (const state of this.#states) {
      const now = this.now();
      if (state.isUp && now - state.answeredAt < FRESH_FOR) continue;
      const mustWait = now - (state.isUp ? state.answeredAt : state.askedAt) >= KNOWN_FOR;
      const asking = this.#ask(state);
      if (mustWait) waited.push(state.isUp ? asking : Promise.race([asking, wait(PATIENCE, undefined, { ref: false })]));
    }
    await Promise.all(waited);
  }

  /** Asks every node that answers, now. */
  async renew(): Promise<void> {
    await Promise.all(this.#states.filter((state) => state.isUp).map((state) => this.#ask(state, true)));
  }

  /** It did not answer: others are asked until it does again. */
  down(node: Node): void {
    const state = this.#states.find((s) => s.node === node);
    if (state) state.isUp = false;
  }

  /** A node has just told something of these: it holds them. */
  saw(node: Node, repositories: readonly number[]): void {
    const state = this.#states.find((s) => s.node === node);
    if (!state || repositories.every((id) => state.holds.has(id))) return;
    state.holds = new Set([...state.holds, ...repositories]);
    // That was not what the tag stands for.
    state.tag = undefined;
  }

  holds(node: Node, repository: number): boolean {
    return this.#states.some((state) => state.node === node && state.holds.has(repository));
  }

  /** The nodes that answer, as far as is known. */
  get up(): readonly Node[] {
    return this.#states.flatMap(({ node, isUp }) => (isUp ? [node] : []));
  }

  get allUp(): boolean {
    return this.#states.length > 0 && this.#states.every((state) => state.isUp);
  }

  /** The nodes that hold a repository and answer, in the order in which they are to be asked. */
  holders(repository: number): readonly Node[] {
    const holding = this.#states.filter((state) => state.isUp && state.holds.has(repository));
    if (holding.length < 2) return holding.map(({ node }) => node);
    const order = byPreference(
      holding.map(({ node }) => node.address),
      repository,
    );
    return order.flatMap((address) => holding.filter(({ node }) => node.address === address).map(({ node }) => node));
  }

  /** @param again what was asked for before this call does not do */
  #ask(state: NodeState, again = false): Promise<void> {
    if (state.asking) return again ? state.asking.then(() => this.#ask(state)) : state.asking;
    state.asking = this.#answer(state).finally(() => {
      state.asking = undefined;
    });
    return state.asking;
  }

  async #answer(state: NodeState): Promise<void> {
    const askedAt = this.now();
    state.askedAt = askedAt;
    try {
      const said = await state.node.client.holdings({
        ...(state.tag === undefined ? {} : { knows: state.tag }),
        signal: AbortSignal.timeout(ASK_TIMEOUT),
      });
      state.tag = said.tag;
      if (said.repositories) state.holds = new Set(said.repositories);
      state.isUp = true;
      state.answeredAt = askedAt;
    } catch {
      state.isUp = false;
    }
  }
}
