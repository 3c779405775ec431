import type { Storage } from '@sextant/sdk';
import type { Alongside } from '../alongside.js';
import { endGrant } from './end-grant.js';
import { tokenHash } from './token-hash.js';

/** What a person has let a program do. */
export interface AuthorizedApplication {
  readonly number: number;
  readonly userId: number;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Accurate to a few minutes. */
  readonly lastUsedAt: Date | undefined;
}

/** Somebody whom a token stands for. */
export interface TokenHolder {
  readonly kind: 'AccessToken' | 'ClientCredentials';
  readonly userId: number;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  /** The grant's number, or the token's own where no person allowed it. */
  readonly number: number;
  /** Of the account, when the grant was given. Undefined: it is older than generations are counted. */
  readonly generation: number | undefined;
}

interface GrantRow {
  number: string;
  account_id: number;
  client_id: string;
  scope: string | null;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
}

const TOUCHED_EVERY = '5 minutes';
const COLUMNS = 'number, account_id, client_id, scope, created_at, expires_at, last_used_at';

export class GrantStore {
  constructor(private readonly db: Storage) {}

  /** Whom the token stands for; undefined when it is unknown, expired or revoked. Always asks the database, so that a revocation holds from its commit on. */
  async holder(token: string): Promise<TokenHolder | undefined> {
    const [row] = await this.db.query<{
      model: TokenHolder['kind'];
      account_id: number;
      client_id: string;
      scope: string | null;
      audience: string | null;
      number: string;
      generation: number | null;
      stale: boolean;
    }>(
      `SELECT t.model, t.account_id, t.client_id, t.scope, t.audience, coalesce(g.number, t.number) AS number, coalesce(g.generation, t.generation) AS generation,
         g.number IS NOT NULL AND coalesce(g.last_used_at < now() - interval '${TOUCHED_EVERY}', true) AS stale
       FROM artifacts t LEFT JOIN artifacts g ON g.model = 'Grant' AND g.id = t.grant_id AND g.expires_at > now()
       WHERE t.model IN ('AccessToken', 'ClientCredentials') AND t.id = $1 AND t.expires_at > now() AND t.account_id IS NOT NULL
         AND (t.model = 'ClientCredentials' OR g.number IS NOT NULL)`,
      [tokenHash(token)],
    );
    if (!row) return undefined;
    if (row.stale) await this.db.query('UPDATE artifacts SET last_used_at = now() WHERE number = $1', [row.number]);
    return {
      kind: row.model,
      userId: row.account_id,
      clientId: row.client_id,
      scopes: row.scope?.split(' ') ?? [],
      audience: row.audience ?? undefined,
      number: Number(row.number),
      generation: row.generation ?? undefined,
    };
  }

  /** Newest first. */
  async ofUser(
    userId: number,
    page: { readonly limit: number; readonly beforeNumber: number | undefined },
  ): Promise<readonly AuthorizedApplication[]> {
    const rows = await this.db.query<GrantRow>(
      `SELECT ${COLUMNS} FROM artifacts WHERE model = 'Grant' AND account_id = $1 AND expires_at > now() AND ($2::bigint IS NULL OR number < $2)
       ORDER BY number DESC LIMIT $3`,
      [userId, page.beforeNumber ?? null, page.limit],
    );
    return rows.map(applicationOf);
  }

  async countOfUser(userId: number): Promise<number> {
    const [row] = await this.db.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM artifacts WHERE model = 'Grant' AND account_id = $1 AND expires_at > now()`,
      [userId],
    );
    return row?.count ?? 0;
  }

  async find(number: number): Promise<AuthorizedApplication | undefined> {
    const [row] = await this.db.query<GrantRow>(
      `SELECT ${COLUMNS} FROM artifacts WHERE model = 'Grant' AND number = $1 AND expires_at > now()`,
      [number],
    );
    return row && applicationOf(row);
  }

  /** Every token of it is void at once. */
  async revoke(number: number, alongside: Alongside): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<{ id: Buffer }>(`SELECT id FROM artifacts WHERE model = 'Grant' AND number = $1 FOR UPDATE`, [number]);
      if (!row) return false;
      await endGrant(tx, row.id);
      await alongside(tx);
      return true;
    });
  }

  /** All that a user has let in, all on the way to it, and what stands for a service account. */
  async revokeAllOf(userId: number): Promise<void> {
    await this.db.query('DELETE FROM artifacts WHERE account_id = $1', [userId]);
  }

  /** What was given before all was revoked, should nobody have heard of that: it is void already, and only shown still. */
  async forgetFormer(userId: number, generation: number): Promise<void> {
    await this.db.query(
      `DELETE FROM artifacts WHERE account_id = $1 AND (generation <> $2
         OR grant_id IN (SELECT id FROM artifacts WHERE model = 'Grant' AND account_id = $1 AND generation <> $2))`,
      [userId, generation],
    );
  }

  async userIds(page: { readonly limit: number; readonly afterId: number }): Promise<readonly number[]> {
    const rows = await this.db.query<{ account_id: number }>(
      'SELECT DISTINCT account_id FROM artifacts WHERE account_id > $1 ORDER BY account_id LIMIT $2',
      [page.afterId, page.limit],
    );
    return rows.map(({ account_id }) => account_id);
  }

  /** What has expired is kept for a moment longer, so that who comes late is told so. */
  async forgetExpired(): Promise<void> {
    await this.db.query(`DELETE FROM artifacts WHERE expires_at < now() - interval '1 hour'`);
  }
}

const applicationOf = (row: GrantRow): AuthorizedApplication => ({
  number: Number(row.number),
  userId: row.account_id,
  clientId: row.client_id,
  scopes: row.scope?.split(' ') ?? [],
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at ?? undefined,
});
