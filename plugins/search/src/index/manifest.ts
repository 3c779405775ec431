import { crc32 } from 'node:zlib';
import { ShardCorruptError } from './shard-layout.js';
import type { SkipReason } from './skip-reason.js';

export const MANIFEST_VERSION = 1;
/** Branches a repository can have in the index: the bits of a mask. */
export const MAX_BRANCHES = 64;

export interface ManifestBranch {
  readonly name: string;
  /** The commit that the index holds. */
  readonly commit: string;
  /** Bit in every mask of the repository's shards, 0–63. */
  readonly bit: number;
}

export interface ManifestShard {
  readonly id: string;
  /** A delta holds what changed since the base shards were built. */
  readonly kind: 'base' | 'delta';
  /** Generation of the `.sxm` overlay that is valid with this manifest; 0: the masks in the shard itself. */
  readonly masks: number;
  readonly documents: number;
  readonly liveDocuments: number;
  readonly contentBytes: number;
  /** Bytes of blobs that no live document has. */
  readonly deadBytes: number;
  readonly indexBytes: number;
}

export interface QuarantinedShard {
  readonly shard: string;
  readonly reason: string;
  readonly at: string;
}

/** What the index holds of one repository. Written last, by rename: a shard that no manifest names is not there. */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  /** Grows with every publication. */
  readonly generation: number;
  readonly repository: { readonly id: number; readonly name: string };
  readonly indexedAt: string;
  /** Of everything that decides what a document looks like in a shard; another value means a full rebuild. */
  readonly optionsHash: string;
  /** The default branch first. */
  readonly branches: readonly ManifestBranch[];
  readonly shards: readonly ManifestShard[];
  readonly skippedFiles: Readonly<Partial<Record<SkipReason, number>>>;
  /** The main language of the files that people write in it; absent where there is none, and in what was written before it was counted. */
  readonly language?: string;
  /** Shards that were taken out since the last update; their documents are missing until the next one. */
  readonly quarantined: readonly QuarantinedShard[];
}

/** First line the crc32 of the rest in hex, then JSON. */
export function encodeManifest(manifest: Manifest): string {
  const json = `${JSON.stringify(manifest, undefined, 1)}\n`;
  return `${crc32(json).toString(16).padStart(8, '0')}\n${json}`;
}

/** @throws ShardCorruptError when it is damaged or of another version */
export function decodeManifest(text: string): Manifest {
  const json = text.slice(9);
  if (text[8] !== '\n' || crc32(json).toString(16).padStart(8, '0') !== text.slice(0, 8)) {
    throw new ShardCorruptError('the checksum of the manifest does not match');
  }
  const manifest = JSON.parse(json) as Manifest;
  if (manifest.version !== MANIFEST_VERSION) throw new ShardCorruptError(`the manifest has version ${String(manifest.version)}`);
  return manifest;
}

/** Tells two manifests of one repository apart, also where one generation was published twice. */
export function versionOf(manifest: Manifest): string {
  return `${manifest.generation}-${encodeManifest(manifest).slice(0, 8)}`;
}

/** The files of a shard as the manifest sees it. */
export function filesOf(shard: Pick<ManifestShard, 'id' | 'masks'>): string[] {
  const files = [`${shard.id}.sxc`, `${shard.id}.sxi`];
  return shard.masks > 0 ? [...files, overlayName(shard.id, shard.masks)] : files;
}

/** A shard's name begins with the id of its repository. */
export function repositoryOfShard(shard: string): number {
  return Number.parseInt(shard, 10);
}

export function overlayName(shard: string, generation: number): string {
  return `${shard}.${generation}.sxm`;
}

/** Why the shards of a repository are worth rewriting; undefined: they are not. */
export function compactionReason({ shards }: Pick<Manifest, 'shards'>): string | undefined {
  const sum = (kind: ManifestShard['kind']) => shards.reduce((total, shard) => total + (shard.kind === kind ? shard.contentBytes : 0), 0);
  const deltas = shards.filter(({ kind }) => kind === 'delta').length;
  if (deltas > 8) return `${deltas} delta shards`;
  if (sum('delta') > MIN_COMPACTION_BYTES && sum('delta') > 0.2 * sum('base')) return 'the deltas are larger than a fifth of the base';
  const dead = shards.reduce((total, shard) => total + shard.deadBytes, 0);
  if (dead > MIN_COMPACTION_BYTES && dead > 0.3 * (sum('base') + sum('delta'))) return 'almost a third of the content is dead';
  return undefined;
}

/** Below this, rewriting costs more than it saves: a small repository would be compacted at every push. */
const MIN_COMPACTION_BYTES = 1 << 20;
