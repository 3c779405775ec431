import { createHash } from 'node:crypto';
import { type RemoteNode, serviceToken } from '@sextant/sdk';
import type { Git } from './api.js';

/** Which shard holds a repository: MD5 of the lower-cased name, its first 8 bytes big-endian, modulo the number of shards. */
export function shardOf(repository: string, shards: number): number {
  const digest = createHash('md5').update(repository.toLowerCase()).digest();
  return Number(digest.readBigUInt64BE(0) % BigInt(shards));
}

const pick = (nodes: readonly RemoteNode<Git>[], repository: string): Git => {
  const node = nodes[shardOf(repository, nodes.length)];
  if (!node) throw new RangeError('no git node');
  return node.client;
};

export const gitService = serviceToken<Git>('git.service@1', {
  remote: {
    role: 'git',
    methods: {
      resolve: 'call', resolveMany: 'call', defaultBranch: 'call', commit: 'call', tree: 'stream', entry: 'call', blob: 'bytes', blobs: 'bytes', archive: 'bytes',
      log: 'stream', logWithDiffs: 'stream', blame: 'call', diff: 'stream', changedPaths: 'stream', mergeBase: 'call', aheadBehind: 'call', refs: 'call',
      contributors: 'call', mirror: 'call', fetch: 'stream', remove: 'call', rename: 'call',
    },
    combine: (nodes) =>
      new Proxy({} as Git, {
        get: (_target, method: keyof Git) => {
          if (method === 'resolveMany') return (o: Parameters<Git['resolveMany']>[0]) => resolveManyOn(nodes, o);
          // biome-ignore lint/suspicious/noExplicitAny: every other method takes one object that names its repository
          return (o: any) => (pick(nodes, o.repository)[method] as any)(o);
        },
      }),
  },
});

async function resolveManyOn(nodes: readonly RemoteNode<Git>[], o: Parameters<Git['resolveMany']>[0]): ReturnType<Git['resolveMany']> {
  const answers: Awaited<ReturnType<Git['resolveMany']>>[number][] = new Array(o.items.length).fill(null);
  const byNode = Map.groupBy(o.items.map((item, index) => ({ item, index })), ({ item }) => shardOf(item.repository, nodes.length));
  await Promise.all(
    [...byNode].map(async ([shard, entries]) => {
      const found = await nodes[shard]!.client.resolveMany({ ...o, items: entries.map((e) => e.item) });
      entries.forEach((entry, i) => {
        answers[entry.index] = found[i] ?? null;
      });
    }),
  );
  return answers;
}
