import type { RepoName } from '@sextant/sdk';
import type { Repository } from '../api.js';

export interface RepositoryRow {
  id: number;
  name: string;
  external_id: string;
  service_type: string;
  service_id: string;
  description: string;
  fork: boolean;
  archived: boolean;
  private: boolean;
  stars: number;
  topics: string[];
  web_url: string | null;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
}

export const REPOSITORY_COLUMNS =
  'r.id, r.name, r.external_id, r.service_type, r.service_id, r.description, r.fork, r.archived, r.private, r.stars, r.topics, r.web_url, r.created_at, r.updated_at, r.deleted_at';

export const repositoryOf = (row: RepositoryRow): Repository => ({
  id: row.id,
  // Checked before it was stored.
  name: row.name as RepoName,
  description: row.description,
  fork: row.fork,
  archived: row.archived,
  private: row.private,
  stars: row.stars,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  deletedAt: row.deleted_at ?? undefined,
  external: { id: row.external_id, serviceType: row.service_type, serviceId: row.service_id },
  webUrl: row.web_url ?? undefined,
  topics: row.topics,
});
