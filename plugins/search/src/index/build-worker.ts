import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../engine/thread-priority.js';
import type { ManifestShard } from './manifest.js';
import { ShardSequence } from './shard-sequence.js';
import type { PlacedDocument } from './shard-writer.js';
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
  | { readonly type: 'added'; readonly bytes: number }
  | { readonly type: 'published'; readonly shards: readonly ManifestShard[]; readonly problems: readonly string[] }
  | { readonly type: 'discarded' }
  /** What was written so far is removed already. */
  | { readonly type: 'failed'; readonly message: string; readonly code?: string };

const port = parentPort!;
const { root, repository, maxShardBytes, symbols, nice } = workerData as BuildSetup;
if (nice > 0) lowerThreadPriority(nice);
const sequence = new ShardSequence(root, repository, maxShardBytes, symbols);

async function answer(request: BuildRequest): Promise<BuildReply> {
  if (request.type === 'publish') return { type: 'published', shards: await sequence.publish(request.kind), problems: sequence.problems };
  if (request.type === 'discard') {
    await sequence.discard();
    return { type: 'discarded' };
  }
  const { oid, content, documents, symbols } = request;
  await sequence.add(oid, Buffer.from(content.buffer), documents, symbols);
  return { type: 'added', bytes: content.length };
}

/** Requests are carried out one after another, in their order; after a failure none is. */
let turn: Promise<boolean> = Promise.resolve(true);

port.on('message', (request: BuildRequest) => {
  turn = turn.then(async (healthy) => {
    if (!healthy) return false;
    try {
      port.postMessage(await answer(request));
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
