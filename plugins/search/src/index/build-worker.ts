import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../engine/thread-priority.js';
import type { ManifestShard } from './manifest.js';
import { ShardSequence } from './shard-sequence.js';
import type { PlacedDocument } from './shard-writer.js';
import type { SkipReason } from './skip-reason.js';
import type { CodeSymbol } from './symbols/code-symbol.js';
import type { SymbolSources } from './symbols/symbol-sources.js';

export interface BuildSetup {
  readonly root: string;
  readonly repository: { readonly id: number; readonly name: string };
  readonly maxShardBytes: number;
  readonly symbols: SymbolSources;
}

export interface SentBlob {
  readonly oid: string;
  /** Where its content is in the slab. */
  readonly start: number;
  readonly length: number;
  readonly documents: readonly PlacedDocument[];
  readonly symbols: readonly CodeSymbol[] | undefined;
}

export type BuildRequest =
  /** The first of a build; the one before is published. */
  | { readonly type: 'begin'; readonly setup: BuildSetup }
  | { readonly type: 'add'; readonly slab: ArrayBuffer; readonly blobs: readonly SentBlob[] }
  | { readonly type: 'publish'; readonly kind: ManifestShard['kind'] }
  | { readonly type: 'discard' };

export type BuildReply =
  /** The slab is given back. */
  | { readonly type: 'added'; readonly slab: ArrayBuffer; readonly blobs: number }
  | {
      readonly type: 'published';
      readonly shards: readonly ManifestShard[];
      readonly problems: readonly string[];
      readonly skipped: ReadonlyMap<SkipReason, number>;
      readonly languages: ReadonlyMap<string, number>;
    }
  | { readonly type: 'discarded' }
  /** What was written so far is removed already. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string };

const port = parentPort!;
const { nice } = workerData as { readonly nice: number };
if (nice > 0) lowerThreadPriority(nice);

let sequence: ShardSequence | undefined;

async function answer(request: BuildRequest): Promise<void> {
  if (request.type === 'begin') {
    const { root, repository, maxShardBytes, symbols } = request.setup;
    sequence = new ShardSequence(root, repository, maxShardBytes, symbols);
    return;
  }
  if (!sequence) throw new Error(`${request.type} before a build was begun`);
  if (request.type === 'add') {
    const { slab, blobs } = request;
    for (const { oid, start, length, documents, symbols } of blobs)
      await sequence.add(oid, Buffer.from(slab, start, length), documents, symbols);
    port.postMessage({ type: 'added', slab, blobs: blobs.length } satisfies BuildReply, [slab]);
  } else if (request.type === 'publish') {
    const shards = await sequence.publish(request.kind);
    const { problems, skipped, languages } = sequence;
    sequence = undefined;
    port.postMessage({ type: 'published', shards, problems, skipped, languages } satisfies BuildReply);
  } else {
    await sequence.discard();
    port.postMessage({ type: 'discarded' } satisfies BuildReply);
  }
}

/** Requests are carried out one after another, in their order; after a failure none is. */
let turn: Promise<boolean> = Promise.resolve(true);

port.on('message', (request: BuildRequest) => {
  turn = turn.then(async (healthy) => {
    if (!healthy) return false;
    try {
      await answer(request);
      return true;
    } catch (error) {
      await sequence?.discard();
      port.postMessage({
        type: 'failed',
        message: (error as Error).message,
        code: (error as NodeJS.ErrnoException).code,
      } satisfies BuildReply);
      return false;
    }
  });
});
