import { createHash } from 'node:crypto';
import type { Manifest } from '../index/manifest.js';

/** Which repositories a node holds. Their ids are left out for somebody who knows them by the tag. */
export interface Holdings {
  /** Equal for equal ids. */
  readonly tag: string;
  readonly repositories?: readonly number[];
}

/** @param whole without those of which a shard is in quarantine */
export function holdingsOf(manifests: ReadonlyMap<number, Manifest>, knows: string | undefined, whole = false): Holdings {
  const repositories: number[] = [];
  for (const [id, { quarantined }] of manifests) if (!whole || quarantined.length === 0) repositories.push(id);
  return taggedIds(repositories, knows);
}

export function taggedIds(ids: readonly number[], knows: string | undefined): Holdings {
  const repositories = [...ids].sort((a, b) => a - b);
  const tag = createHash('sha1').update(repositories.join()).digest('base64');
  return tag === knows ? { tag } : { tag, repositories };
}
