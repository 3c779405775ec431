import { Worker } from 'node:worker_threads';
import type { BuildReply, BuildRequest, BuildSetup } from './build-worker.js';
import type { ManifestShard } from './manifest.js';
import { BLOB_BYTES, type PlacedDocument, type ShardWriter } from './shard-writer.js';
import type { CodeSymbol } from './symbols/code-symbol.js';

/** Bytes on their way to the thread; beyond it the source is held back. */
const MAX_IN_FLIGHT = 16 << 20;

/** Builds shards on a thread, so that this one only passes bytes on. */
export class ThreadShardWriter implements ShardWriter {
  readonly #worker: Worker;
  #inFlight = 0;
  #failure: Error | undefined;
  #published: readonly ManifestShard[] | undefined;
  #problems: readonly string[] = [];
  #discarded = false;
  #wake: () => void = () => undefined;

  /** @param heapBytes of JavaScript's objects, beside the bytes of the shard; a thread that needs more ends, and its build with it */
  constructor(setup: BuildSetup, heapBytes: number) {
    this.#worker = new Worker(new URL('./build-worker.js', import.meta.url), {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapBytes / (1 << 20)) },
    });
    this.#worker.on('message', (reply: BuildReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('The thread that builds shards ended.')));
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  async add(oid: string, content: Buffer, documents: readonly PlacedDocument[], symbols?: readonly CodeSymbol[]): Promise<void> {
    while (this.#inFlight > MAX_IN_FLIGHT && !this.#failure) await this.#news();
    const copy = new Uint8Array(content);
    this.#inFlight += copy.length + BLOB_BYTES;
    this.#send({ type: 'add', oid, content: copy, documents, symbols }, [copy.buffer]);
  }

  async publish(kind: ManifestShard['kind']): Promise<ManifestShard[]> {
    this.#send({ type: 'publish', kind });
    while (!this.#published && !this.#failure) await this.#news();
    if (!this.#published) throw this.#failure;
    await this.#worker.terminate();
    return [...this.#published];
  }

  async discard(): Promise<void> {
    if (!this.#published && !this.#failure) {
      this.#send({ type: 'discard' });
      while (!this.#discarded && !this.#failure) await this.#news();
    }
    await this.#worker.terminate();
  }

  #send(request: BuildRequest, transfer: ArrayBuffer[] = []): void {
    if (this.#failure) throw this.#failure;
    this.#worker.postMessage(request, transfer);
  }

  #receive(reply: BuildReply): void {
    if (reply.type === 'added') this.#inFlight -= reply.bytes + reply.blobs * BLOB_BYTES;
    else if (reply.type === 'published') {
      this.#published = reply.shards;
      this.#problems = reply.problems;
    } else if (reply.type === 'discarded') this.#discarded = true;
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
