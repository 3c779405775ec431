import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, SextantError } from '@sextant/sdk';
import type { IndexStore } from '../index/index-store.js';
import type { IndexShare } from '../replica/replicator.js';
import { holdingsOf } from './holdings.js';
import { type NodePlacement, REPORT_EVERY } from './node-placement.js';

const CALL_TIMEOUT = 10_000;

export interface FollowerOptions {
  /** Undefined while no process with the role index is configured. */
  readonly placement: () => NodePlacement | undefined;
  readonly store: IndexStore;
  readonly node: string;
  readonly log: Logger;
  /** Milliseconds between two reports. */
  readonly every?: number;
}

/** Reports what this node holds to the process with the role index, and knows what it is to hold. */
export class PlacementFollower implements IndexShare, AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #instance = randomUUID();
  /** As of the last answer; undefined before the first one. */
  #hold: 'everything' | { readonly tag: string; readonly ids: ReadonlySet<number> } | undefined;
  #told: string | undefined;
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(private readonly options: FollowerOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  get isKnown(): boolean {
    return this.#hold !== undefined;
  }

  includes(repository: number): boolean {
    return this.#hold === 'everything' || this.#hold?.ids.has(repository) === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the search node stops', 'AbortError'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#report();
        this.#failed = false;
      } catch (error) {
        if (signal.aborted) return;
        // What it was told last stays in force.
        if (!this.#failed) this.options.log.warn('what this node holds could not be reported', { error });
        this.#failed = true;
        this.#told = undefined;
      }
      await wait(this.options.every ?? REPORT_EVERY, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #report(): Promise<void> {
    const placement = this.options.placement();
    if (!placement)
      throw new SextantError('SEXTANT_SEARCH_NO_INDEX', {
        what: 'No process with the role index is named under `remotes`.',
        fix: 'Name it there.',
      });
    const manifests = await this.options.store.manifests();
    const indexBytes = [...manifests.values()].reduce(
      (sum, { shards }) => sum + shards.reduce((bytes, shard) => bytes + shard.contentBytes + shard.indexBytes, 0),
      0,
    );
    const follows = typeof this.#hold === 'object' ? this.#hold.tag : undefined;
    const holds = holdingsOf(manifests, this.#told, true);
    const answer = await placement.report({
      node: this.options.node,
      instance: this.#instance,
      holds,
      indexBytes,
      ...(follows === undefined ? {} : { follows }),
      signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(CALL_TIMEOUT)]),
    });
    if (answer.tellHoldings) {
      const repeated = this.#told === undefined;
      this.#told = undefined;
      return repeated ? undefined : await this.#report();
    }
    this.#told = holds.tag;
    if (answer.hold === 'everything') this.#hold = 'everything';
    else if (answer.hold?.repositories) this.#hold = { tag: answer.hold.tag, ids: new Set(answer.hold.repositories) };
  }
}
