import { BuildThread } from './build-threads.js';
import type { BuildReply, BuildSetup, SentBlob } from './build-worker.js';
import type { ManifestShard } from './manifest.js';
import { BLOB_BYTES, type PlacedDocument, type ShardWriter } from './shard-writer.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol } from './symbols/code-symbol.js';
import { fingerprintOf } from './symbols/symbol-sources.js';

/** Bytes on their way to the thread; beyond it the source is held back. */
const MAX_IN_FLIGHT = 16 << 20;
/** Blobs go in slabs of this size, which come back to be filled again; a larger one has a slab of its own. */
const SLAB_BYTES = 1 << 20;
const MAX_BLOBS_OF_SLAB = 512;

/** Builds shards on a thread, so that this one only passes bytes on. */
export class ThreadShardWriter implements ShardWriter {
  readonly #thread: BuildThread;
  readonly #emptySlabs: ArrayBuffer[] = [];
  #slab: ArrayBuffer | undefined;
  #used = 0;
  #blobs: SentBlob[] = [];
  #inFlight = 0;
  #failure: Error | undefined;
  #published: (BuildReply & { type: 'published' }) | undefined;
  #discarded = false;
  #wake: () => void = () => undefined;

  /** @param heapBytes of JavaScript's objects, beside the bytes of the shard; a thread that needs more ends, and its build with it */
  constructor({ nice, ...setup }: BuildSetup & { readonly nice: number }, heapBytes: number) {
    const observer = { receive: (reply: BuildReply) => this.#receive(reply), fail: (error: Error) => this.#fail(error) };
    this.#thread = BuildThread.for(observer, { heapBytes, nice, extractors: JSON.stringify(fingerprintOf(setup.symbols)) });
    this.#thread.send({ type: 'begin', setup });
  }

  get problems(): readonly string[] {
    return this.#published?.problems ?? [];
  }

  get skipped(): ReadonlyMap<SkipReason, number> {
    return this.#published?.skipped ?? new Map();
  }

  get languages(): ReadonlyMap<string, number> {
    return this.#published?.languages ?? new Map();
  }

  async add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols?: readonly CodeSymbol[]): Promise<void> {
    if (this.#slab && (this.#used + content.length > this.#slab.byteLength || this.#blobs.length === MAX_BLOBS_OF_SLAB)) {
      this.#sendSlab();
      while (this.#inFlight > MAX_IN_FLIGHT && !this.#failure) await this.#news();
    }
    this.#slab ??= this.#emptySlab(content.length);
    new Uint8Array(this.#slab).set(content, this.#used);
    this.#blobs.push({ oid, start: this.#used, length: content.length, documents, symbols });
    this.#used += content.length;
  }

  #emptySlab(bytes: number): ArrayBuffer {
    return bytes > SLAB_BYTES ? new ArrayBuffer(bytes) : (this.#emptySlabs.pop() ?? new ArrayBuffer(SLAB_BYTES));
  }

  #sendSlab(): void {
    if (this.#failure) throw this.#failure;
    const slab = this.#slab;
    if (!slab) return;
    this.#inFlight += slab.byteLength + this.#blobs.length * BLOB_BYTES;
    this.#thread.send({ type: 'add', slab, blobs: this.#blobs }, [slab]);
    this.#slab = undefined;
    this.#used = 0;
    this.#blobs = [];
  }

  async publish(kind: ManifestShard['kind']): Promise<ManifestShard[]> {
    this.#sendSlab();
    if (this.#failure) throw this.#failure;
    this.#thread.send({ type: 'publish', kind });
    while (!this.#published && !this.#failure) await this.#news();
    if (!this.#published) throw this.#failure;
    this.#thread.park();
    return [...this.#published.shards];
  }

  async discard(): Promise<void> {
    if (this.#published) return;
    if (!this.#failure) {
      this.#thread.send({ type: 'discard' });
      while (!this.#discarded && !this.#failure) await this.#news();
    }
    await this.#thread.end();
  }

  #receive(reply: BuildReply): void {
    if (reply.type === 'added') {
      this.#inFlight -= reply.slab.byteLength + reply.blobs * BLOB_BYTES;
      if (reply.slab.byteLength === SLAB_BYTES) this.#emptySlabs.push(reply.slab);
    } else if (reply.type === 'published') this.#published = reply;
    else if (reply.type === 'discarded') this.#discarded = true;
    else this.#fail(Object.assign(new Error(reply.message), reply.code === undefined ? {} : { code: reply.code }));
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
