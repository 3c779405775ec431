import type { IndexSnapshot } from '../index/index-store.js';
import type { Manifest, ManifestShard } from '../index/manifest.js';
import type { SkipReason } from '../index/skip-reason.js';
import type { SearchScope } from './contract.js';
import type { RepositoryScope } from './search-shard.js';
import type { ShardTask } from './task-runner.js';

export interface PlannedShard {
  readonly task: ShardTask;
  readonly entry: ManifestShard;
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
  for (const wanted of groupedById(scope)) {
    const { id } = Array.isArray(wanted) ? wanted[0]! : wanted;
    const manifest = snapshot.manifests.get(id);
    const broken = snapshot.broken.size > 0 ? snapshot.broken.get(id) : undefined;
    if (broken) degraded.push({ repository: id, reason: broken });
    const repositoryScope = manifest && (Array.isArray(wanted) ? scopeOf(manifest, wanted) : scopeOfOne(manifest, wanted));
    if (!manifest || !repositoryScope) {
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
    for (const reason in manifest.skippedFiles)
      skippedFiles[reason] = (skippedFiles[reason] ?? 0) + (manifest.skippedFiles[reason as SkipReason] ?? 0);
    for (const entry of manifest.shards) {
      const task: ShardTask = { index: tasks.length, folder: snapshot.folder, shard: entry.id, masks: entry.masks, scope: repositoryScope };
      tasks.push({ task, entry });
    }
  }
  return { tasks, notIndexed, degraded, missingShards, skippedFiles };
}

type ScopeEntry = SearchScope['repositories'][number];

/** The entries of each repository: mostly there is one, and a search has thousands. */
function groupedById({ repositories }: SearchScope): Iterable<ScopeEntry | ScopeEntry[]> {
  const groups = new Map<number, ScopeEntry | ScopeEntry[]>();
  for (const entry of repositories) {
    const group = groups.get(entry.id);
    if (!group) groups.set(entry.id, entry);
    else if (Array.isArray(group)) group.push(entry);
    else groups.set(entry.id, [group, entry]);
  }
  return groups.values();
}

/** By manifest, its default branch: what most searches look in. */
const defaults = new WeakMap<Manifest, RepositoryScope>();

function scopeOfOne(manifest: Manifest, wanted: ScopeEntry): RepositoryScope | undefined {
  if (wanted.branch !== undefined || wanted.rank !== undefined || wanted.freshness !== undefined) return scopeOf(manifest, [wanted]);
  const known = defaults.get(manifest);
  if (known) return known;
  const made = scopeOf(manifest, [wanted]);
  if (made) defaults.set(manifest, made);
  return made;
}

function scopeOf(manifest: Manifest, wanted: readonly ScopeEntry[]): RepositoryScope | undefined {
  const branches = wanted.map(({ branch }) =>
    branch === undefined ? manifest.branches[0] : manifest.branches.find(({ name }) => name === branch),
  );
  const { id, rank, freshness } = wanted[0]!;
  return branches.every((branch) => branch !== undefined) ? { repository: id, branches, rank, freshness } : undefined;
}
