import type { NodeMove, NodePlace, NodeSight } from '../storage/search-node-store.js';
import { taggedIds } from './holdings.js';
import type { NodeOrders, NodePlacement, NodeReport } from './node-placement.js';
import { ownersOf, type PlacementRules } from './owners-of.js';

/**
 * Milliseconds that a repository is whole on all nodes it belongs on before others give it up. Longer than whoever asks
 * nodes goes by what they said before (see HoldingsView), so that nobody looks for it where it no longer is.
 */
export const SETTLE_AFTER = 10_000;
/** A node that has reported within this time is there. */
const ONLINE_FOR = 10_000;
const RULES_FOR = 1_000;
const MOST_MOVES = 20;

export interface KeeperOptions {
  /** The repositories in the index. */
  readonly indexed: () => Promise<Iterable<number>>;
  /** As the configuration has them now. No nodes: the index is not spread, every node holds all of it. */
  readonly settings: () => Pick<PlacementRules, 'nodes' | 'copies'>;
  /** As administrators have them now. */
  readonly steering: () => Promise<Pick<PlacementRules, 'drained' | 'pins'>>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly settleAfter?: number;
}

const NOTHING: ReadonlySet<number> = new Set();

interface KnownNode {
  readonly instance: string;
  readonly formerInstance: string | undefined;
  readonly reportedAt: number;
  readonly tag: string;
  /** What it holds whole. */
  readonly holds: ReadonlySet<number>;
  /** Of that, what it also knows that it is to hold, and since when. What it may still give up by earlier orders is not among it. */
  readonly since: ReadonlyMap<number, number>;
  /** The last orders it was given, which it follows once it says so. */
  readonly given: { readonly tag: string; readonly ids: ReadonlySet<number> } | undefined;
  readonly indexBytes: number;
  /** When a process reported under this name after another one had taken its place. */
  readonly doubleAt: number;
}

/**
 * Tells each search node what to hold. A node keeps what no longer belongs on it until every node it belongs on has said
 * that it holds it, by orders to do so. What nodes hold is known from their reports alone, so after a restart nobody gives anything up before all have reported.
 */
export class PlacementKeeper implements NodePlacement {
  readonly #nodes = new Map<string, KnownNode>();
  #rules: { readonly rules: PlacementRules; readonly key: string; readonly at: number } | undefined;
  #owners = new Map<number, readonly string[]>();

  constructor(private readonly options: KeeperOptions) {}

  async report(o: NodeReport): Promise<NodeOrders> {
    const now = this.options.now();
    const known = this.#nodes.get(o.node);
    const { tag, repositories } = o.holds;
    if (!repositories && known?.tag !== tag) return { tellHoldings: true };
    const holds = repositories ? new Set(repositories) : known!.holds;
    const follows = known?.given !== undefined && known.given.tag === o.follows ? known.given.ids : NOTHING;
    const since = new Map<number, number>();
    for (const id of holds) if (follows.has(id)) since.set(id, known?.since.get(id) ?? now);
    const isAnother = known !== undefined && known.instance !== o.instance;
    const node: KnownNode = {
      instance: o.instance,
      formerInstance: isAnother ? known.instance : known?.formerInstance,
      reportedAt: now,
      tag,
      holds,
      since,
      given: known?.given,
      indexBytes: o.indexBytes,
      // A process that was replaced does not report again, unless both are there.
      doubleAt: isAnother && known.formerInstance === o.instance ? now : (known?.doubleAt ?? Number.NEGATIVE_INFINITY),
    };
    this.#nodes.set(o.node, node);
    const rules = await this.#currentRules();
    const indexed = await this.options.indexed();
    // From here on without waiting: whoever is told next must find what this node was told.
    if (rules.nodes.length === 0) {
      this.#give(o.node, undefined);
      return { tellHoldings: false, hold: 'everything' };
    }
    const ids: number[] = [];
    for (const id of indexed) if (this.#keeps(o.node, id, rules)) ids.push(id);
    const hold = taggedIds(ids, o.follows);
    this.#give(o.node, { tag: hold.tag, ids: new Set(ids) });
    return { tellHoldings: false, hold };
  }

  /** What is to be seen of the nodes that the configuration names and of those that report. */
  async sights(): Promise<readonly NodeSight[]> {
    const rules = await this.#currentRules();
    const names = [...new Set([...rules.nodes, ...this.#nodes.keys()])].filter(
      (name) => rules.nodes.includes(name) || this.#isOnline(name),
    );
    const indexed = rules.nodes.length === 0 ? [] : [...(await this.options.indexed())];
    return names.map((name) => {
      const node = this.#nodes.get(name);
      const outgoing = indexed.filter((id) => node?.holds.has(id) && !this.#ownersOf(id, rules).includes(name));
      const incoming = indexed.filter((id) => !node?.holds.has(id) && this.#ownersOf(id, rules).includes(name));
      return {
        name,
        place: this.#placeOf(name, rules),
        isOnline: this.#isOnline(name),
        repositories: node?.holds.size ?? 0,
        indexBytes: node?.indexBytes ?? 0,
        incoming: incoming.length,
        outgoing: outgoing.length,
        moving: incoming.slice(0, MOST_MOVES).map((repository): NodeMove => ({ repository, from: this.#holdersOf(repository) })),
        problem:
          node && this.options.now() - node.doubleAt < ONLINE_FOR
            ? 'Two processes have this name: give each its own in plugins.search.node.'
            : undefined,
      };
    });
  }

  #give(name: string, given: KnownNode['given']): void {
    const node = this.#nodes.get(name) as KnownNode;
    const since = new Map([...node.since].filter(([id]) => given?.ids.has(id)));
    this.#nodes.set(name, { ...node, given, since });
  }

  #keeps(name: string, id: number, rules: PlacementRules): boolean {
    const owners = this.#ownersOf(id, rules);
    if (owners.includes(name)) return true;
    return this.#nodes.get(name)?.holds.has(id) === true && !owners.every((owner) => this.#hasSettled(owner, id));
  }

  #hasSettled(name: string, id: number): boolean {
    const since = this.#nodes.get(name)?.since.get(id);
    return since !== undefined && this.#isOnline(name) && this.options.now() - since >= (this.options.settleAfter ?? SETTLE_AFTER);
  }

  #isOnline(name: string): boolean {
    const node = this.#nodes.get(name);
    return node !== undefined && this.options.now() - node.reportedAt < ONLINE_FOR;
  }

  #holdersOf(id: number): readonly string[] {
    return [...this.#nodes].flatMap(([name, node]) => (node.holds.has(id) ? [name] : []));
  }

  #placeOf(name: string, { nodes }: PlacementRules): NodePlace {
    if (nodes.length === 0) return 'everything';
    return nodes.includes(name) ? 'listed' : 'unlisted';
  }

  #ownersOf(id: number, rules: PlacementRules): readonly string[] {
    let owners = this.#owners.get(id);
    if (!owners) {
      owners = ownersOf(id, rules);
      this.#owners.set(id, owners);
    }
    return owners;
  }

  async #currentRules(): Promise<PlacementRules> {
    const now = this.options.now();
    const { nodes, copies } = this.options.settings();
    const steering = this.#rules && now - this.#rules.at < RULES_FOR ? this.#rules.rules : await this.options.steering();
    const rules: PlacementRules = { nodes, copies, drained: steering.drained, pins: steering.pins };
    const key = JSON.stringify([nodes, copies, [...rules.drained].sort(), [...rules.pins]]);
    if (key !== this.#rules?.key) this.#owners = new Map();
    this.#rules = { rules, key, at: steering === this.#rules?.rules ? this.#rules.at : now };
    return rules;
  }
}
