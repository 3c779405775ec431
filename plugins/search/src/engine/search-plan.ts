import type { IndexSnapshot } from '../index/index-store.js';
import type { Manifest, ManifestShard } from '../index/manifest.js';
import type { SearchScope } from './contract.js';
import type { RepositoryScope } from './search-shard.js';
import type { ShardTask } from './task-runner.js';

export interface PlannedShard {
  readonly task: ShardTask;
  readonly entry: ManifestShard;
  readonly contentBytes: number;
}

export interface SearchPlan {
  /** In the order in which their matches are taken: that of the scope, then that of the manifest. */
  readonly tasks: readonly PlannedShard[];
  readonly notIndexed: readonly number[];
  readonly degraded: readonly { readonly repository: number; readonly reason: string }[];
  /** Shards that are quarantined. */
  readonly missingShards: number;
  readonly skippedFiles: Readonly<Record<string, number>>;
}

/** Resolves a scope against the manifests of one moment. A branch that the index does not hold makes its repository `notIndexed`. */
export function planSearch(scope: SearchScope, snapshot: IndexSnapshot): SearchPlan {
  const tasks: PlannedShard[] = [];
  const notIndexed: number[] = [];
  const degraded: { repository: number; reason: string }[] = [];
  const skippedFiles: Record<string, number> = {};
  let missingShards = 0;
  for (const [id, wanted] of groupById(scope)) {
    const manifest = snapshot.manifests.get(id);
    const broken = snapshot.broken.get(id);
    if (broken) degraded.push({ repository: id, reason: broken });
    const branches = manifest ? branchesOf(manifest, wanted) : undefined;
    if (!manifest || !branches) {
      notIndexed.push(id);
      continue;
    }
    if (manifest.quarantined.length > 0) {
      missingShards += manifest.quarantined.length;
      degraded.push({
        repository: id,
        reason: manifest.quarantined.map(({ shard, reason }) => `Shard ${shard} is in quarantine: ${reason}.`).join(' '),
      });
    }
    for (const [reason, count] of Object.entries(manifest.skippedFiles)) skippedFiles[reason] = (skippedFiles[reason] ?? 0) + (count ?? 0);
    const { rank, freshness } = wanted[0]!;
    const repositoryScope: RepositoryScope = { repository: id, branches, rank, freshness };
    for (const entry of manifest.shards) {
      const task: ShardTask = { index: tasks.length, folder: snapshot.folder, shard: entry.id, masks: entry.masks, scope: repositoryScope };
      tasks.push({ task, entry, contentBytes: entry.contentBytes });
    }
  }
  return { tasks, notIndexed, degraded, missingShards, skippedFiles };
}

type ScopeEntry = SearchScope['repositories'][number];

function groupById(scope: SearchScope): Map<number, ScopeEntry[]> {
  const groups = new Map<number, ScopeEntry[]>();
  for (const entry of scope.repositories) {
    const group = groups.get(entry.id);
    if (group) group.push(entry);
    else groups.set(entry.id, [entry]);
  }
  return groups;
}

function branchesOf(manifest: Manifest, wanted: readonly ScopeEntry[]): RepositoryScope['branches'] | undefined {
  const found = wanted.map(({ branch }) =>
    branch === undefined ? manifest.branches[0] : manifest.branches.find(({ name }) => name === branch),
  );
  return found.every((branch) => branch !== undefined) ? found : undefined;
}
