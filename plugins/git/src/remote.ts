import { createHash } from 'node:crypto';
import { type RemoteNode, SextantError, serviceToken } from '@sextant/sdk';
import type { Git } from './git.js';

/** Which shard holds a repository: MD5 of the lower-cased name, its first 8 bytes big-endian, modulo the number of shards. */
export function shardOf(repository: string, shards: number): number {
  const digest = createHash('md5').update(repository.toLowerCase()).digest();
  return Number(digest.readBigUInt64BE(0) % BigInt(shards));
}

const noNode = (): SextantError =>
  new SextantError('SEXTANT_GIT_NO_NODE', {
    what: 'No process keeps mirrors.',
    fix: 'Start a process with the role git, and name it under `remotes`.',
  });

const pick = (nodes: readonly RemoteNode<Git>[], repository: string): Git => {
  const node = nodes.length === 0 ? undefined : nodes[shardOf(repository, nodes.length)];
  if (!node) throw noNode();
  return node.client;
};

export const gitService = serviceToken<Git>('git.service@1', {
  remote: {
    role: 'git',
    methods: {
      resolve: 'call',
      resolveMany: 'call',
      defaultBranch: 'call',
      commit: 'call',
      tree: 'stream',
      entry: 'call',
      blob: 'bytes',
      blobs: 'bytes',
      archive: 'bytes',
      log: 'stream',
      logWithDiffs: 'stream',
      blame: 'call',
      diff: 'stream',
      changedPaths: 'stream',
      mergeBase: 'call',
      aheadBehind: 'call',
      refs: 'call',
      contributors: 'call',
      mirror: 'call',
      fetch: 'stream',
      remove: 'call',
      rename: 'call',
    },
    combine: sharded,
  },
});

/** One git out of all nodes: each call goes to the node that holds the repository. */
function sharded(nodes: readonly RemoteNode<Git>[]): Git {
  const at = ({ repository }: { readonly repository: string }): Git => pick(nodes, repository);
  return {
    resolve: (o) => at(o).resolve(o),
    resolveMany: (o) => resolveManyOn(nodes, o),
    defaultBranch: (o) => at(o).defaultBranch(o),
    commit: (o) => at(o).commit(o),
    tree: (o) => at(o).tree(o),
    entry: (o) => at(o).entry(o),
    blob: (o) => at(o).blob(o),
    blobs: (o) => at(o).blobs(o),
    archive: (o) => at(o).archive(o),
    log: (o) => at(o).log(o),
    logWithDiffs: (o) => at(o).logWithDiffs(o),
    blame: (o) => at(o).blame(o),
    diff: (o) => at(o).diff(o),
    changedPaths: (o) => at(o).changedPaths(o),
    mergeBase: (o) => at(o).mergeBase(o),
    aheadBehind: (o) => at(o).aheadBehind(o),
    refs: (o) => at(o).refs(o),
    contributors: (o) => at(o).contributors(o),
    mirror: (o) => at(o).mirror(o),
    fetch: (o) => at(o).fetch(o),
    remove: (o) => at(o).remove(o),
    // Another name may belong to another node: there it is cloned anew, as after any rebalancing.
    rename: (o) => (at(o) === at({ repository: o.to }) ? at(o).rename(o) : at(o).remove(o)),
  };
}

async function resolveManyOn(nodes: readonly RemoteNode<Git>[], o: Parameters<Git['resolveMany']>[0]): ReturnType<Git['resolveMany']> {
  const answers: Awaited<ReturnType<Git['resolveMany']>>[number][] = new Array(o.items.length).fill(null);
  if (nodes.length === 0) throw noNode();
  const byNode = Map.groupBy(
    o.items.map((item, index) => ({ item, index })),
    ({ item }) => shardOf(item.repository, nodes.length),
  );
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
