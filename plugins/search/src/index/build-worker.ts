import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../engine/thread-priority.js';
import type { ManifestShard } from './manifest.js';
import { ShardSequence } from './shard-sequence.js';
import { BLOB_BYTES, type PlacedDocument } from './shard-writer.js';
import type { CodeSymbol } from './symbols/code-symbol.js';
import type { SymbolSources } from './symbols/symbol-sources.js';

export interface BuildSetup {
  readonly root: string;
  readonly repository: { readonly id: number; readonly name: string };
  readonly maxShardBytes: number;
  readonly symbols: SymbolSources;
  /** Above 0: how far the thread, and what it starts, gives way to others. */
  readonly nice: number;
}

export type BuildRequest =
  | {
      readonly type: 'add';
      readonly oid: string;
      readonly content: Uint8Array<ArrayBuffer>;
      readonly documents: readonly PlacedDocument[];
      readonly symbols?: readonly CodeSymbol[];
    }
  | { readonly type: 'publish'; readonly kind: ManifestShard['kind'] }
  | { readonly type: 'discard' };

export type BuildReply =
  /** Since the last time it was said. */
  | { readonly type: 'added'; readonly bytes: number; readonly blobs: number }
  | { readonly type: 'published'; readonly shards: readonly ManifestShard[]; readonly problems: readonly string[] }
  | { readonly type: 'discarded' }
  /** What was written so far is removed already. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string };

const port = parentPort!;
const { root, repository, maxShardBytes, symbols, nice } = workerData as BuildSetup;
if (nice > 0) lowerThreadPriority(nice);
const sequence = new ShardSequence(root, repository, maxShardBytes, symbols);

/** Much less than may be on its way, and much more than a message costs. */
const SAY_AFTER_BYTES = 1 << 20;
let added = { bytes: 0, blobs: 0 };

async function answer(request: BuildRequest): Promise<BuildReply | undefined> {
  if (request.type === 'publish') return { type: 'published', shards: await sequence.publish(request.kind), problems: sequence.problems };
  if (request.type === 'discard') {
    await sequence.discard();
    return { type: 'discarded' };
  }
  const { oid, content, documents, symbols } = request;
  await sequence.add(oid, Buffer.from(content.buffer), documents, symbols);
  added = { bytes: added.bytes + content.length, blobs: added.blobs + 1 };
  if (added.bytes + added.blobs * BLOB_BYTES < SAY_AFTER_BYTES) return undefined;
  const reply = { type: 'added', ...added } as const;
  added = { bytes: 0, blobs: 0 };
  return reply;
}

/** Requests are carried out one after another, in their order; after a failure none is. */
let turn: Promise<boolean> = Promise.resolve(true);

port.on('message', (request: BuildRequest) => {
  turn = turn.then(async (healthy) => {
    if (!healthy) return false;
    try {
      const reply = await answer(request);
      if (reply) port.postMessage(reply);
      return true;
    } catch (error) {
      await sequence.discard();
      port.postMessage({
        type: 'failed',
        message: (error as Error).message,
        code: (error as NodeJS.ErrnoException).code,
      } satisfies BuildReply);
      return false;
    }
  });
});
