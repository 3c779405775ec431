import { RepoName } from '@sextant/sdk';
import type { FoundRepository } from '../api.js';

/** A row of the staging table, as JSON. */
export interface ListedRepository {
  readonly external_id: string;
  readonly name: string;
  readonly description: string;
  readonly fork: boolean;
  readonly archived: boolean;
  readonly private: boolean;
  readonly stars: number;
  readonly topics: readonly string[];
  readonly web_url: string | null;
  readonly clone_url: string;
}

const MAX_TEXT = 4_000;
const MAX_TOPICS = 100;

/** A host's answer made safe to store, or why it cannot be one of our repositories. */
export function listedRepository(found: FoundRepository): ListedRepository | { readonly skipped: string } {
  if (!RepoName.is(found.name))
    return { skipped: `${JSON.stringify(String(found.name).slice(0, 200))}: it cannot be a repository's name.` };
  if (typeof found.externalId !== 'string' || found.externalId === '') return { skipped: `${found.name}: the host gave no id.` };
  return {
    external_id: text(found.externalId),
    name: found.name,
    description: text(found.description ?? ''),
    fork: found.fork ?? false,
    archived: found.archived ?? false,
    private: found.private ?? false,
    stars: Math.min(Math.max(Math.trunc(found.stars ?? 0) || 0, 0), 0x7fffffff),
    topics: (found.topics ?? []).slice(0, MAX_TOPICS).map(text),
    web_url: found.webUrl && /^https?:\/\//i.test(found.webUrl) ? text(found.webUrl) : null,
    clone_url: text(found.cloneUrl),
  };
}

// PostgreSQL stores no NUL, and no half of a surrogate pair survives JSON.
const text = (value: string): string => value.replaceAll('\0', '').toWellFormed().slice(0, MAX_TEXT);
