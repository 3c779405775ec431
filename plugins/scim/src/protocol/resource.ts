import type { JsonObject } from './json.js';

/** A version as HTTP and `meta.version` write it. */
export const etagOf = (version: number): string => `W/"${version}"`;

export interface StoredTimes {
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const metaOf = (resourceType: 'User' | 'Group', location: string, row: StoredTimes): JsonObject => ({
  resourceType,
  created: row.createdAt.toISOString(),
  lastModified: row.updatedAt.toISOString(),
  location,
  version: etagOf(row.version),
});

/** Whether the header names the version; undefined and `*` name all. */
export function names(header: string | undefined, version: number): boolean {
  if (header === undefined) return true;
  const tags = header.split(',').map((tag) => tag.trim());
  const number = etagOf(version).slice(2);
  // Okta and others send what `meta.version` says, with or without the mark of a weak one.
  return tags.some((tag) => tag === '*' || tag.replace(/^W\//, '') === number);
}
