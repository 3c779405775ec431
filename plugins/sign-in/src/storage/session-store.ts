import type { Queryable } from '@sextant/sdk';

/** Somebody's being signed in with one browser. */
export interface Session {
  readonly id: number;
  readonly userId: number;
  /** Whether the user was one when the session began. */
  readonly siteAdmin: boolean;
  /** The `credentialGeneration` of the user before they proved who they are. */
  readonly generation: number;
  /** The entry of `auth.providers` by which the person came. */
  readonly way: string;
  readonly externalAccountId: number | undefined;
  readonly createdAt: Date;
  /** When the person last proved who they are: at sign-in, or later to confirm it. */
  readonly confirmedAt: Date;
  /** Accurate to a few minutes. */
  readonly lastUsedAt: Date;
  readonly userAgent: string | undefined;
  readonly ip: string | undefined;
  readonly providerSession: KeptProviderSession | undefined;
}

/** The session at the provider that ends together with ours. */
export interface KeptProviderSession {
  /** SHA-256 of what the provider names it by. */
  readonly names: readonly Buffer[];
  /** What the provider wants to hear when the session ends. */
  readonly sealed: string;
}

export type NewSession = Omit<Session, 'id' | 'lastUsedAt' | 'confirmedAt'> & { readonly hash: Buffer };

interface SessionRow {
  id: string;
  user_id: number;
  site_admin: boolean;
  generation: number;
  way: string;
  external_account_id: number | null;
  created_at: Date;
  confirmed_at: Date;
  last_used_at: Date;
  user_agent: string | null;
  ip: string | null;
  provider_names: Buffer[];
  sealed_provider: string | null;
}

const COLUMNS =
  'id, user_id, site_admin, generation, way, external_account_id, created_at, confirmed_at, last_used_at, user_agent, ip, provider_names, sealed_provider';

export class SessionStore {
  constructor(private readonly db: Queryable) {}

  async add(session: NewSession): Promise<Session> {
    const { hash, userId, siteAdmin, generation, way, externalAccountId, createdAt, userAgent, ip, providerSession } = session;
    const [row] = await this.db.query<SessionRow>(
      `INSERT INTO sessions (hash, user_id, site_admin, generation, way, external_account_id, created_at, confirmed_at, last_used_at, user_agent, ip, provider_names, sealed_provider)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $9, $10, $11) RETURNING ${COLUMNS}`,
      [
        hash,
        userId,
        siteAdmin,
        generation,
        way,
        externalAccountId ?? null,
        createdAt,
        userAgent ?? null,
        ip ?? null,
        providerSession?.names ?? [],
        providerSession?.sealed ?? null,
      ],
    );
    return sessionOf(row as SessionRow);
  }

  async byHash(hash: Buffer): Promise<Session | undefined> {
    const [row] = await this.db.query<SessionRow>(`SELECT ${COLUMNS} FROM sessions WHERE hash = $1`, [hash]);
    return row && sessionOf(row);
  }

  async byId(id: number): Promise<Session | undefined> {
    const [row] = await this.db.query<SessionRow>(`SELECT ${COLUMNS} FROM sessions WHERE id = $1`, [id]);
    return row && sessionOf(row);
  }

  /** Newest first. */
  async ofUser(userId: number, limit: number): Promise<readonly Session[]> {
    const rows = await this.db.query<SessionRow>(`SELECT ${COLUMNS} FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT $2`, [
      userId,
      limit,
    ]);
    return rows.map(sessionOf);
  }

  async used(id: number, at: Date, ip: string): Promise<void> {
    await this.db.query('UPDATE sessions SET last_used_at = $2, ip = $3 WHERE id = $1', [id, at, ip]);
  }

  /** Its person has proved who they are. Its id becomes another one, so that one that was stolen before is worth nothing. */
  async confirm(id: number, hash: Buffer, at: Date): Promise<void> {
    await this.db.query('UPDATE sessions SET confirmed_at = $3, hash = $2 WHERE id = $1', [id, hash, at]);
  }

  /** It goes on when all others end. */
  async keep(id: number, generation: number): Promise<void> {
    await this.db.query('UPDATE sessions SET generation = $2 WHERE id = $1', [id, generation]);
  }

  async end(id: number): Promise<void> {
    await this.db.query('DELETE FROM sessions WHERE id = $1', [id]);
  }

  /** @returns how many there were. */
  async endOfUsers(userIds: readonly number[], except?: number): Promise<number> {
    const rows = await this.db.query('DELETE FROM sessions WHERE user_id = ANY($1) AND ($2::bigint IS NULL OR id <> $2) RETURNING id', [
      userIds,
      except ?? null,
    ]);
    return rows.length;
  }

  /** Those that a provider names. @returns whose they were, each session once */
  async endNamed(names: readonly Buffer[]): Promise<readonly number[]> {
    const rows = await this.db.query<{ user_id: number }>('DELETE FROM sessions WHERE provider_names && $1 RETURNING user_id', [names]);
    return rows.map(({ user_id: userId }) => userId);
  }

  /** Those that came by one of the user's external accounts that is not among `kept`. */
  async endByLostAccounts(userId: number, kept: readonly number[]): Promise<void> {
    await this.db.query(
      'DELETE FROM sessions WHERE user_id = $1 AND external_account_id IS NOT NULL AND NOT external_account_id = ANY($2)',
      [userId, kept],
    );
  }

  /** The oldest of a person's beyond `most`. */
  async endBeyond(userId: number, most: number): Promise<void> {
    await this.db.query(
      'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 ORDER BY last_used_at DESC, id DESC OFFSET $2)',
      [userId, most],
    );
  }

  async endOlder(than: Date): Promise<void> {
    await this.db.query('DELETE FROM sessions WHERE created_at < $1', [than]);
  }
}

const sessionOf = (row: SessionRow): Session => ({
  id: Number(row.id),
  userId: row.user_id,
  siteAdmin: row.site_admin,
  generation: row.generation,
  way: row.way,
  externalAccountId: row.external_account_id ?? undefined,
  createdAt: row.created_at,
  confirmedAt: row.confirmed_at,
  lastUsedAt: row.last_used_at,
  userAgent: row.user_agent ?? undefined,
  ip: row.ip ?? undefined,
  providerSession: row.sealed_provider === null ? undefined : { names: row.provider_names, sealed: row.sealed_provider },
});
