import type { Queryable } from '@sextant/sdk';
import { ROLE_MARKS } from './role-store.js';

/** An access token without its secret. */
export interface AccessToken {
  readonly id: number;
  readonly subjectUserId: number;
  readonly creatorUserId: number | undefined;
  /** Who made it, and who had made the token by which it was made: all who may know its text. */
  readonly madeBy: readonly number[];
  readonly note: string;
  readonly scopes: readonly string[];
  readonly internal: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** Accurate to a few minutes. */
  readonly lastUsedAt: Date | undefined;
}

/** A token as it is found by its hash, with the account it stands for. */
export interface TokenHolder extends AccessToken {
  readonly hash: Buffer;
  readonly username: string;
  readonly siteAdmin: boolean;
  readonly serviceAccount: boolean;
  /** As ROLE_MARKS selects them. */
  readonly roleMarks: readonly string[];
}

interface AccessTokenRow {
  readonly id: number;
  readonly subject_user_id: number;
  readonly creator_user_id: number | null;
  readonly made_by: number[];
  readonly note: string;
  readonly scopes: string[];
  readonly internal: boolean;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

const COLUMNS =
  't.id, t.subject_user_id, t.creator_user_id, t.made_by, t.note, t.scopes, t.internal, t.created_at, t.expires_at, t.last_used_at';

const toAccessToken = (row: AccessTokenRow): AccessToken => ({
  id: row.id,
  subjectUserId: row.subject_user_id,
  creatorUserId: row.creator_user_id ?? undefined,
  madeBy: row.made_by,
  note: row.note,
  scopes: row.scopes,
  internal: row.internal,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
});

/** The rows of access tokens that are not revoked. Internal tokens are found by hash only. */
export class AccessTokenStore {
  constructor(private readonly db: Queryable) {}

  /** Undefined for a revoked token and for one whose user is deleted; expiry is the caller's to judge. */
  async byHash(hash: Buffer): Promise<TokenHolder | undefined> {
    const rows = await this.db.query<AccessTokenRow & Omit<TokenHolder, keyof AccessToken>>(
      `select ${COLUMNS}, t.hash, u.username, u.site_admin as "siteAdmin", u.service_account as "serviceAccount", ${ROLE_MARKS} as "roleMarks" from access_tokens t join users u on u.id = t.subject_user_id
       where t.hash = $1 and t.revoked_at is null and u.deleted_at is null`,
      [hash],
    );
    const row = rows[0];
    return (
      row && {
        ...toAccessToken(row),
        hash: row.hash,
        username: row.username,
        siteAdmin: row.siteAdmin,
        serviceAccount: row.serviceAccount,
        roleMarks: row.roleMarks,
      }
    );
  }

  async byId(id: number): Promise<AccessToken | undefined> {
    const rows = await this.db.query<AccessTokenRow>(
      `select ${COLUMNS} from access_tokens t where t.id = $1 and t.revoked_at is null and not t.internal`,
      [id],
    );
    return rows[0] && toAccessToken(rows[0]);
  }

  /** Newest first; at most `limit`, all with an id below `beforeId`. Without `subject`, of everybody. */
  async list(filter: { readonly subject?: number; readonly limit: number; readonly beforeId?: number }): Promise<readonly AccessToken[]> {
    const rows = await this.db.query<AccessTokenRow>(
      `select ${COLUMNS} from access_tokens t where t.revoked_at is null and not t.internal
       and ($1::int is null or t.subject_user_id = $1) and ($2::int is null or t.id < $2) order by t.id desc limit $3`,
      [filter.subject ?? null, filter.beforeId ?? null, filter.limit],
    );
    return rows.map(toAccessToken);
  }

  async count(subject: number): Promise<number> {
    const rows = await this.db.query<{ count: number }>(
      'select count(*)::int as count from access_tokens where subject_user_id = $1 and revoked_at is null and not internal',
      [subject],
    );
    return rows[0]?.count ?? 0;
  }

  /** Tokens that still open something: neither revoked nor expired. */
  async countLive(subject: number, now: Date): Promise<number> {
    const rows = await this.db.query<{ count: number }>(
      `select count(*)::int as count from access_tokens
       where subject_user_id = $1 and revoked_at is null and not internal and (expires_at is null or expires_at > $2)`,
      [subject, now],
    );
    return rows[0]?.count ?? 0;
  }

  async anyLive(now: Date): Promise<boolean> {
    const rows = await this.db.query(
      `select 1 from access_tokens t join users u on u.id = t.subject_user_id
       where t.revoked_at is null and not t.internal and u.deleted_at is null and (t.expires_at is null or t.expires_at > $1) limit 1`,
      [now],
    );
    return rows.length > 0;
  }

  async insert(token: Omit<AccessToken, 'id' | 'lastUsedAt'> & { readonly hash: Buffer }): Promise<number> {
    const rows = await this.db.query<{ id: number }>(
      `insert into access_tokens (subject_user_id, creator_user_id, hash, note, scopes, internal, created_at, expires_at, made_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
      [
        token.subjectUserId,
        token.creatorUserId ?? null,
        token.hash,
        token.note,
        token.scopes,
        token.internal,
        token.createdAt,
        token.expiresAt ?? null,
        token.madeBy,
      ],
    );
    return rows[0]?.id as number;
  }

  /** @returns false when there was nothing to revoke. */
  async revoke(id: number, now: Date): Promise<boolean> {
    const rows = await this.db.query('update access_tokens set revoked_at = $2 where id = $1 and revoked_at is null returning id', [
      id,
      now,
    ]);
    return rows.length > 0;
  }

  /** Notes the use of a token, unless that was done after `unlessSince`. */
  async touch(id: number, now: Date, unlessSince: Date): Promise<void> {
    await this.db.query('update access_tokens set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $3)', [
      id,
      now,
      unlessSince,
    ]);
  }

  /** The name that new tokens carry of this installation. */
  async instance(): Promise<string> {
    const rows = await this.db.query<{ name: string }>('select name from instance');
    return rows[0]?.name ?? 'local';
  }
}
