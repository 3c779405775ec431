import { setTimeout as wait } from 'node:timers/promises';
import { type HealthProbe, type Logger, SextantError } from '@sextant/sdk';
import type { IndexStore } from '../index/index-store.js';
import { decodeManifest, type Manifest, versionOf } from '../index/manifest.js';
import { FEED_BEAT, type IndexedVersion, type IndexFeed } from './index-feed.js';
import type { ShardCopier } from './shard-copier.js';

const PAGE = 1_000;
const CALL_TIMEOUT = 30_000;
const LANES = 2;
/** Without a word for this long the other side is gone, even if its connection is not. */
const SILENCE = 5 * FEED_BEAT;
const FULL_COMPARISON_EVERY = 300_000;
const SWEEP_EVERY = 60_000;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 60_000;
const LONGEST_PAUSE = 5_000;

export interface ReplicatorOptions {
  /** The index to copy; undefined while no process that builds one is configured. */
  readonly feed: () => IndexFeed | undefined;
  readonly store: IndexStore;
  readonly copier: ShardCopier;
  readonly log: Logger;
  /** Default: all of the index. */
  readonly share?: IndexShare;
}

/** What of the index a process is to hold. */
export interface IndexShare {
  /** False: nobody has said yet, so what is here stays and nothing is added. */
  readonly isKnown: boolean;
  includes(repository: number): boolean;
}

/**
 * Keeps the index folder of a search process equal to that of the process that builds it, or to its share of it: missing
 * files first, the manifest last. What it has stays searchable whatever happens; how old that is stands in every answer.
 */
export class Replicator implements AsyncDisposable {
  readonly #stop = new AbortController();
  /** What the source has; complete since the last full comparison. */
  #wanted: Map<number, string> | undefined;
  /** Repositories to bring up to date, most urgent first. */
  #queue: number[] = [];
  readonly #underWay = new Set<number>();
  readonly #problems = new Map<number, { readonly words: string; readonly retryAt: number; readonly pause: number }>();
  readonly #versions = new WeakMap<Manifest, string>();
  /** Why the source cannot be followed; undefined while it is. */
  #lost: string | undefined = 'it was not asked yet';
  /** All that the source had at the first comparison is here. */
  #whole = false;
  /** Lanes that wait for the queue. */
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(private readonly options: ReplicatorOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  health(): HealthProbe {
    if (this.#lost !== undefined)
      return { status: 'degraded', reason: `The index cannot be followed: ${this.#lost} Searches use the copy as it was.` };
    const [problem] = this.#problems.values();
    if (problem) return { status: 'degraded', reason: `${this.#problems.size} repositories could not be copied: ${problem.words}` };
    if (!this.#knowsShare) return { status: 'degraded', reason: 'It was not said yet which repositories are to be held here.' };
    if (!this.#whole) return { status: 'degraded', reason: `The index is being copied: ${this.#left()} repositories to go.` };
    return { status: 'up' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException('the copy of the index stops', 'AbortError'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let pause = 250; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await this.#follow(() => {
          pause = 250;
        });
      } catch (error) {
        if (signal.aborted) return;
        const reason = words(error);
        if (this.#lost !== reason) this.options.log.warn('the index cannot be followed', { error });
        this.#lost = reason;
      }
      await wait(pause / 2 + Math.random() * (pause / 2), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** One connection, until it ends. */
  async #follow(connected: () => void): Promise<never> {
    const feed = this.options.feed();
    if (!feed) throw new Error('no process with the role index is named under `remotes`.');
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, ended.signal]);
    const lanes: Promise<void>[] = [];
    try {
      let comparedAt = Number.NEGATIVE_INFINITY;
      let sweptAt = Number.NEGATIVE_INFINITY;
      for await (const changed of alive(feed.changes({ signal }))) {
        connected();
        // The first batch says that later changes will be told: what is listed after it misses nothing.
        if (performance.now() - comparedAt > FULL_COMPARISON_EVERY) {
          this.#wanted = await listed(feed, signal);
          comparedAt = performance.now();
          for (let lane = lanes.length; lane < LANES; lane++) lanes.push(this.#lane(feed, signal));
          this.options.log.info('following the index', { repositories: this.#wanted.size });
          this.#lost = undefined;
        }
        this.#note(changed);
        await this.#compare();
        if (performance.now() - sweptAt > SWEEP_EVERY) {
          sweptAt = performance.now();
          await this.options.store.sweep();
          await this.options.copier.sweep((id) => this.#underWay.has(id) || this.#queue.includes(id));
        }
      }
      throw new Error('the connection ended.');
    } finally {
      ended.abort(new DOMException('the connection ended', 'AbortError'));
      await Promise.all(lanes);
    }
  }

  #note(changed: readonly IndexedVersion[]): void {
    for (const { repository, version } of changed) {
      if (version === null) this.#wanted?.delete(repository);
      else this.#wanted?.set(repository, version);
      this.#problems.delete(repository);
    }
    const fresh = new Set(changed.map((c) => c.repository));
    // Somebody has just pushed to these, and may be waiting for it.
    this.#queue = [...fresh, ...this.#queue.filter((id) => !fresh.has(id))];
  }

  /** Queues what differs. Damage that a search found here shows as a difference too. */
  async #compare(): Promise<void> {
    const wanted = this.#wanted as Map<number, string>;
    const here = await this.options.store.manifests();
    const queued = new Set(this.#queue);
    const now = performance.now();
    const differs = (id: number): boolean => {
      const manifest = here.get(id);
      return (this.#wants(id, manifest) ? wanted.get(id) : undefined) !== (manifest && this.#version(manifest));
    };
    // A push to a repository of another node was told here too.
    this.#queue = this.#queue.filter(differs);
    for (const id of new Set([...wanted.keys(), ...here.keys()])) {
      if (queued.has(id) || this.#underWay.has(id) || !differs(id)) continue;
      if ((this.#problems.get(id)?.retryAt ?? 0) <= now) this.#queue.push(id);
    }
    for (const id of this.#problems.keys()) if (!differs(id)) this.#problems.delete(id);
    if (this.#left() === 0 && this.#problems.size === 0 && this.#knowsShare) this.#whole = true;
    this.#wakeLanes();
  }

  get #knowsShare(): boolean {
    return this.options.share?.isKnown ?? true;
  }

  #wants(id: number, here: Manifest | undefined): boolean {
    if (!this.#knowsShare) return here !== undefined;
    return this.options.share?.includes(id) ?? true;
  }

  #wakeLanes(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #left(): number {
    return this.#queue.length + this.#underWay.size;
  }

  async #lane(feed: IndexFeed, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wakeLanes(), { once: true });
    while (!signal.aborted) {
      const id = this.#queue.find((candidate) => !this.#underWay.has(candidate));
      if (id === undefined) {
        await new Promise<void>((resolve) => void this.#waiting.push(resolve));
        continue;
      }
      this.#queue = this.#queue.filter((other) => other !== id);
      this.#underWay.add(id);
      try {
        await this.#bringUpToDate(feed, id, signal);
        this.#problems.delete(id);
      } catch (error) {
        if (!signal.aborted) this.#failed(id, error);
      } finally {
        this.#underWay.delete(id);
      }
    }
  }

  async #bringUpToDate(feed: IndexFeed, id: number, signal: AbortSignal): Promise<void> {
    const { store, copier } = this.options;
    const here = (await store.manifests()).get(id);
    const text =
      this.#wanted?.has(id) && this.#wants(id, here) ? await feed.manifest({ repository: id, signal: withTimeout(signal) }) : null;
    if (text === null) {
      // One that belongs on another node is still in the index.
      if (this.#wants(id, here)) this.#wanted?.delete(id);
      await store.remove(id);
      return;
    }
    const manifest = decodeManifest(text);
    if (manifest.repository.id !== id) throw new Error(`the manifest of repository ${id} is of another one.`);
    const reserved = store.reserve(manifest);
    try {
      await copier.copy(feed, manifest, signal);
      await store.adopt(manifest);
    } finally {
      reserved[Symbol.dispose]();
    }
    this.#wanted?.set(id, this.#version(manifest));
  }

  #failed(id: number, error: unknown): void {
    // Replaced while it was copied: the next look at the manifest finds what is there now.
    const replaced = SextantError.is(error) && error.code === 'SEXTANT_SEARCH_REPLICA_FILE';
    if (!replaced) this.options.log.warn('a repository of the index could not be copied', { repository: id, error });
    const pause = Math.min((this.#problems.get(id)?.pause ?? FIRST_RETRY / 2) * 2, LONGEST_RETRY);
    this.#problems.set(id, { words: words(error), retryAt: performance.now() + (replaced ? 0 : pause), pause });
  }

  #version(manifest: Manifest): string {
    let version = this.#versions.get(manifest);
    if (version === undefined) {
      version = versionOf(manifest);
      this.#versions.set(manifest, version);
    }
    return version;
  }
}

async function listed(feed: IndexFeed, signal: AbortSignal): Promise<Map<number, string>> {
  const wanted = new Map<number, string>();
  for (let afterId = -1; ; ) {
    const page = await feed.repositories({ afterId, limit: PAGE, signal: withTimeout(signal) });
    for (const { repository, version } of page) if (version !== null) wanted.set(repository, version);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return wanted;
    afterId = last.repository;
  }
}

/** @throws when nothing comes for longer than {@link SILENCE}. */
async function* alive<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const silence = Promise.withResolvers<never>();
      const timer = setTimeout(() => silence.reject(new Error('it has said nothing for a while.')), SILENCE);
      const next = await Promise.race([iterator.next(), silence.promise]).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a generator that hangs in its own `next` answers no `return`.
    void iterator.return?.().catch(() => undefined);
  }
}

const withTimeout = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT)]);

const words = (error: unknown): string => (SextantError.is(error) ? error.what : error instanceof Error ? error.message : String(error));
