import type { Users } from '@sextant/plugin-identity/api';
import type { Queryable, Secrets } from '@sextant/sdk';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { ClientStore } from './client-store.js';
import { endGrant } from './end-grant.js';
import { tokenHash } from './token-hash.js';

interface Row {
  readonly sealed_payload: string;
  readonly consumed: string | null;
  readonly account_id: number | null;
  readonly generation: number | null;
}

export interface ArtifactParts {
  /** The transaction that what is kept now belongs to, or the database. */
  readonly db: () => Queryable;
  readonly secrets: Secrets;
  readonly clients: Pick<ClientStore, 'find'>;
  readonly users: Pick<Users, 'byId'>;
}

/** What of these is handed out again by their own id must be known to the provider when it finds them by another. Both last for minutes. */
const KEEPS_ITS_ID: ReadonlySet<string> = new Set(['DeviceCode', 'Session']);
/** By these somebody acts for an account, and all else comes of them: they are void when the account's credentials are revoked. */
const STANDS_FOR: ReadonlySet<string> = new Set(['Grant', 'ClientCredentials']);

/**
 * What the provider remembers: codes, tokens, grants, interactions, sessions of browsers; one row each, found by the hash of what its holder has. The rest is
 * sealed as a whole; columns hold only what is looked for.
 */
export class ArtifactAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly parts: ArtifactParts,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const { jti, ...rest } = payload;
    const kept = KEEPS_ITS_ID.has(this.model) ? { ...rest, jti } : rest;
    const { aud, accountId, clientId, grantId, uid, userCode } = payload as Readonly<Record<string, string | undefined>>;
    const scope = payload.scope ?? (payload['openid'] as { readonly scope?: string } | undefined)?.scope;
    const account = accountId === undefined ? await this.#serviceAccount(clientId) : Number(accountId);
    await this.parts.db().query(
      `INSERT INTO artifacts (model, id, grant_id, uid, user_code, account_id, client_id, scope, audience, sealed_payload, expires_at, generation)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11::double precision * interval '1 second', $12)
       ON CONFLICT (model, id) DO UPDATE SET grant_id = excluded.grant_id, account_id = excluded.account_id, scope = excluded.scope,
         sealed_payload = excluded.sealed_payload, expires_at = excluded.expires_at`,
      [
        this.model,
        tokenHash(id),
        grantId === undefined ? null : tokenHash(grantId),
        this.model === 'Session' && uid !== undefined ? tokenHash(uid) : null,
        userCode === undefined ? null : tokenHash(userCode),
        account ?? null,
        clientId ?? null,
        scope ?? null,
        aud ?? null,
        this.parts.secrets.seal(JSON.stringify(kept)),
        expiresIn,
        (await this.#generation(account)) ?? null,
      ],
    );
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const found = await this.#find('id', id);
    return found && { ...found, jti: id };
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#find('uid', uid);
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#find('user_code', userCode);
  }

  /** Once, whoever else tries at the same moment: the second use of a code or a refresh token is theft, and ends what came of it. */
  async consume(id: string): Promise<void> {
    const db = this.parts.db();
    const key = [this.model, tokenHash(id)];
    const taken = await db.query(
      'UPDATE artifacts SET consumed_at = now() WHERE model = $1 AND id = $2 AND consumed_at IS NULL RETURNING id',
      key,
    );
    if (taken.length > 0) return;
    const [row] = await db.query<{ grant_id: Buffer | null }>('SELECT grant_id FROM artifacts WHERE model = $1 AND id = $2', key);
    if (row?.grant_id) await endGrant(db, row.grant_id);
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    await this.parts.db().query('DELETE FROM artifacts WHERE model = $1 AND id = $2', [this.model, tokenHash(id)]);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.parts.db().query('DELETE FROM artifacts WHERE model = $1 AND grant_id = $2', [this.model, tokenHash(grantId)]);
  }

  /** As whom a program acts without a person. */
  async #serviceAccount(clientId: string | undefined): Promise<number | undefined> {
    if (this.model !== 'ClientCredentials' || clientId === undefined) return undefined;
    return (await this.parts.clients.find(clientId))?.serviceAccountId;
  }

  async #generation(account: number | undefined): Promise<number | undefined> {
    if (account === undefined || !STANDS_FOR.has(this.model)) return undefined;
    return (await this.parts.users.byId(account))?.credentialGeneration;
  }

  async #find(column: 'id' | 'uid' | 'user_code', value: string): Promise<AdapterPayload | undefined> {
    const [row] = await this.parts.db().query<Row>(
      `SELECT sealed_payload, account_id, generation, extract(epoch FROM consumed_at)::bigint AS consumed FROM artifacts WHERE model = $1 AND ${column} = $2
       ORDER BY number DESC LIMIT 1`,
      [this.model, tokenHash(value)],
    );
    if (!row) return undefined;
    if (row.generation !== null && row.generation !== (await this.#generation(row.account_id ?? undefined))) return undefined;
    const payload = JSON.parse(this.parts.secrets.open(row.sealed_payload).reveal()) as AdapterPayload;
    return row.consumed === null ? payload : { ...payload, consumed: Number(row.consumed) };
  }
}
