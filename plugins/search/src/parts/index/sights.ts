import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@sextant/sdk';
import type { IndexStore } from '../../index/index-store.js';
import type { PlacementKeeper } from '../../placement/placement-keeper.js';
import type { NodeSight, SearchNodeStore } from '../../storage/search-node-store.js';

const LOOK_EVERY = 1_000;
/** That they are there is written down at least this often. */
const NOTE_EVERY = 5_000;

export interface SightsOptions {
  readonly keeper: PlacementKeeper;
  readonly nodes: SearchNodeStore;
  /** This process, when it searches its own index. */
  readonly own: { readonly name: string; readonly store: () => Promise<IndexStore> } | undefined;
  readonly log: Logger;
}

/** Keeps the table of search nodes, which the process with the role api reads. */
export class Sights implements AsyncDisposable {
  readonly #stop = new AbortController();
  #noted = '';
  #notedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(private readonly options: SightsOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the process stops', 'AbortError'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let hasFailed = false; !signal.aborted; ) {
      try {
        await this.#note();
        hasFailed = false;
      } catch (error) {
        if (!hasFailed) this.options.log.warn('what is seen of search nodes could not be written down', { error });
        hasFailed = true;
      }
      await wait(LOOK_EVERY, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #note(): Promise<void> {
    const { keeper, nodes, own } = this.options;
    const sights = [...(await keeper.sights())];
    if (own && !sights.some(({ name }) => name === own.name)) sights.push(await ownSight(own.name, await own.store()));
    const seen = JSON.stringify(sights);
    if (seen === this.#noted && performance.now() - this.#notedAt < NOTE_EVERY) return;
    await nodes.note(sights);
    this.#noted = seen;
    this.#notedAt = performance.now();
  }
}

async function ownSight(name: string, store: IndexStore): Promise<NodeSight> {
  const held = await store.list();
  return {
    name,
    place: 'everything',
    isOnline: true,
    repositories: held.length,
    indexBytes: held.reduce((sum, { contentBytes, indexBytes }) => sum + contentBytes + indexBytes, 0),
    incoming: 0,
    outgoing: 0,
    moving: [],
    problem: undefined,
  };
}
