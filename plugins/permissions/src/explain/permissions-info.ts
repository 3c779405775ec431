import type { PermissionHosts } from '@sextant/plugin-code-host/api';
import { IdSet, type Storage } from '@sextant/sdk';
import { PIECE } from '../grants/bitmap.js';
import { hiddenRepositories } from '../grants/hidden-repositories.js';
import { bindModeOf, siteSettingsOf } from '../site-settings.js';
import { API } from '../sync/account-sources.js';

export interface PermissionsInfo {
  readonly syncedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly source: 'USER_SYNC' | 'REPO_SYNC' | 'API' | null;
  readonly unrestricted: boolean;
}

/** What is known of a user's, or a repository's, permissions: when, and from where. */
export class PermissionsInfos {
  constructor(
    private readonly db: Storage,
    private readonly hosts: Pick<PermissionHosts, 'restrictions'>,
  ) {}

  async ofUser(userId: number): Promise<PermissionsInfo> {
    const [row] = await this.db.query<{ synced: Date | null; changed: Date | null; hosts: boolean | null; api: boolean | null }>(
      `SELECT (SELECT synced_at FROM people WHERE user_id = $1) AS synced, max(changed_at) AS changed,
         bool_or(service_type <> '${API}') AS hosts, bool_or(service_type = '${API}') AS api FROM sources WHERE user_id = $1`,
      [userId],
    );
    return {
      syncedAt: row?.synced ?? null,
      updatedAt: row?.changed ?? null,
      source: row?.hosts ? 'USER_SYNC' : row?.api ? 'API' : null,
      unrestricted: false,
    };
  }

  async ofRepository(repositoryId: number): Promise<PermissionsInfo> {
    const restrictions = await this.hosts.restrictions();
    const [row] = await this.db.query<{
      settings: Record<string, unknown>;
      unrestricted: Buffer;
      synced: Date | null;
      changed: Date | null;
      api: boolean | null;
    }>(
      `SELECT s.settings, s.unrestricted, r.synced_at AS synced, named.changed, named.api FROM shared s LEFT JOIN repositories r ON r.id = $1,
         LATERAL (SELECT max(x.changed_at) AS changed, bool_and(x.service_type = '${API}') AS api FROM sources x JOIN grants g ON g.source_id = x.id
           WHERE g.piece = $2 AND get_bit(g.bits, $3) = 1) named`,
      [repositoryId, Math.floor(repositoryId / PIECE), repositoryId % PIECE],
    );
    const mode = bindModeOf(siteSettingsOf(row?.settings ?? {}));
    const hidden = hiddenRepositories(restrictions, mode);
    const opened = IdSet.fromBytes(row?.unrestricted ?? Buffer.alloc(0)).has(repositoryId);
    return {
      syncedAt: row?.synced ?? null,
      updatedAt: row?.changed ?? null,
      source: row?.synced ? 'REPO_SYNC' : row?.api === true ? 'API' : row?.changed ? 'USER_SYNC' : null,
      unrestricted: opened || !hidden.has(repositoryId),
    };
  }

  /** Ids of the users that a repository is granted to, in pages. */
  async usersOf(repositoryId: number, page: { readonly limit: number; readonly afterId: number }): Promise<readonly number[]> {
    const rows = await this.db.query<{ id: number }>(
      `SELECT DISTINCT s.user_id AS id FROM grants g JOIN sources s ON s.id = g.source_id
       WHERE g.piece = $1 AND get_bit(g.bits, $2) = 1 AND s.user_id > $3 ORDER BY s.user_id LIMIT $4`,
      [Math.floor(repositoryId / PIECE), repositoryId % PIECE, page.afterId, page.limit],
    );
    return rows.map(({ id }) => id);
  }

  async countUsersOf(repositoryId: number): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(DISTINCT s.user_id)::int AS count FROM grants g JOIN sources s ON s.id = g.source_id WHERE g.piece = $1 AND get_bit(g.bits, $2) = 1`,
      [Math.floor(repositoryId / PIECE), repositoryId % PIECE],
    );
    return row?.count ?? 0;
  }
}
