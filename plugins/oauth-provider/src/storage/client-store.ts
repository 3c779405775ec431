import { randomBytes } from 'node:crypto';
import { type Queryable, Secret, type Storage } from '@sextant/sdk';
import type { Alongside } from '../alongside.js';
import { invalidClient, noSuchClient } from '../errors.js';
import { tokenHash } from './token-hash.js';

/** A program that people may let act for them. */
export interface OAuthClient {
  readonly id: string;
  readonly name: string;
  /** It registered itself: nobody here has looked at it. */
  readonly dynamic: boolean;
  /** It can keep a secret, and has one. */
  readonly confidential: boolean;
  readonly redirectUris: readonly string[];
  readonly scopes: readonly string[];
  readonly deviceFlow: boolean;
  /** It runs on people's own machines: its loopback addresses are good with any port, and each use asks the person. */
  readonly native: boolean;
  /** As whom it acts without a person; undefined: it cannot. */
  readonly serviceAccountId: number | undefined;
  readonly createdAt: Date;
}

export interface NewClient extends Omit<OAuthClient, 'id' | 'dynamic' | 'createdAt'> {}

interface Row {
  id: string;
  name: string;
  dynamic: boolean;
  secret_hash: string | null;
  redirect_uris: string[];
  scopes: string[];
  device_flow: boolean;
  native: boolean;
  service_account_id: number | null;
  created_at: Date;
}

/** The command line of the field. Everybody has it, and it can keep no secret. */
export const SRC_CLI: OAuthClient = {
  id: 'sgo_cid_sourcegraph-cli',
  name: 'src, the command line',
  dynamic: false,
  confidential: false,
  redirectUris: [],
  scopes: ['openid', 'profile', 'email', 'offline_access', 'user:all'],
  deviceFlow: true,
  native: true,
  serviceAccountId: undefined,
  createdAt: new Date(0),
};

const MOST_DYNAMIC = 10_000;

export const newClientId = (): string => `sgo_cid_${randomBytes(16).toString('hex')}`;
export const newClientSecret = (): string => `sgo_cs_${randomBytes(32).toString('hex')}`;

/** The clients that admins made, and those that registered themselves. Secrets are kept as hashes. */
export class ClientStore {
  constructor(private readonly db: Storage) {}

  async find(id: string): Promise<OAuthClient | undefined> {
    return id === SRC_CLI.id ? SRC_CLI : this.#found(await this.#row(id));
  }

  /** Besides, the SHA-256 of its secret, in hexadecimal. */
  async withSecretHash(id: string): Promise<{ readonly client: OAuthClient; readonly secretHash: string | undefined } | undefined> {
    if (id === SRC_CLI.id) return { client: SRC_CLI, secretHash: undefined };
    const row = await this.#row(id);
    return row && { client: clientOf(row), secretHash: row.secret_hash ?? undefined };
  }

  /** By id, in pages. */
  async list(page: { readonly limit: number; readonly afterId: string }): Promise<readonly OAuthClient[]> {
    return (await this.db.query<Row>('SELECT * FROM clients WHERE id > $1 ORDER BY id LIMIT $2', [page.afterId, page.limit])).map(clientOf);
  }

  async count(): Promise<number> {
    return (await this.db.query<{ count: number }>('SELECT count(*)::int AS count FROM clients'))[0]?.count ?? 0;
  }

  /** @returns the secret, at the only moment when it can be seen. */
  async create(
    client: NewClient,
    alongside: Alongside<OAuthClient>,
  ): Promise<{ readonly client: OAuthClient; readonly secret: Secret | undefined }> {
    const id = newClientId();
    const secret = client.confidential ? newClientSecret() : undefined;
    return this.db.transaction(async (tx) => {
      const made = await insert(tx, id, client, { dynamic: false, secret });
      await alongside(tx, made);
      return { client: made, secret: secret === undefined ? undefined : new Secret(secret) };
    });
  }

  /** One that registered itself. @throws SEXTANT_OAUTH_CLIENT_INVALID when there are as many as can be. */
  async register(id: string, client: NewClient, secret: string | undefined, alongside: Alongside<OAuthClient>): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [row] = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM clients WHERE dynamic');
      if ((row?.count ?? 0) >= MOST_DYNAMIC) throw invalidClient('As many programs have registered themselves as may.');
      await alongside(tx, await insert(tx, id, client, { dynamic: true, secret }));
    });
  }

  /** What is undefined stays. What people allowed stays too, as far as the scopes do. */
  async update(
    id: string,
    change: Partial<Pick<NewClient, 'name' | 'redirectUris' | 'scopes'>>,
    alongside: Alongside<OAuthClient>,
  ): Promise<OAuthClient> {
    return this.#changed(
      `UPDATE clients SET name = coalesce($2, name), redirect_uris = coalesce($3::text[], redirect_uris), scopes = coalesce($4::text[], scopes), updated_at = now()
       WHERE id = $1 RETURNING *`,
      [id, change.name ?? null, change.redirectUris ?? null, change.scopes ?? null],
      alongside,
    );
  }

  /** A new secret; the old one is void at once. */
  async rotateSecret(id: string, alongside: Alongside<OAuthClient>): Promise<Secret> {
    const secret = newClientSecret();
    await this.#changed(
      'UPDATE clients SET secret_hash = $2, updated_at = now() WHERE id = $1 AND secret_hash IS NOT NULL RETURNING *',
      [id, tokenHash(secret).toString('hex')],
      alongside,
    );
    return new Secret(secret);
  }

  /** With all that was given out to it. */
  async remove(id: string, alongside: Alongside<OAuthClient>): Promise<void> {
    await this.#changed('DELETE FROM clients WHERE id = $1 RETURNING *', [id], async (tx, client) => {
      await tx.query('DELETE FROM artifacts WHERE client_id = $1', [id]);
      await alongside(tx, client);
    });
  }

  /** Forgets those that registered themselves so many milliseconds ago and that nobody has let in. */
  async forgetUnused(after: number): Promise<void> {
    await this.db.query(
      `DELETE FROM clients c WHERE dynamic AND created_at < now() - $1::double precision * interval '1 millisecond'
       AND NOT EXISTS (SELECT FROM artifacts a WHERE a.client_id = c.id)`,
      [after],
    );
  }

  async #changed(sql: string, parameters: readonly unknown[], alongside: Alongside<OAuthClient>): Promise<OAuthClient> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<Row>(sql, parameters);
      if (!row) throw noSuchClient();
      const client = clientOf(row);
      await alongside(tx, client);
      return client;
    });
  }

  async #row(id: string): Promise<Row | undefined> {
    return (await this.db.query<Row>('SELECT * FROM clients WHERE id = $1', [id]))[0];
  }

  #found(row: Row | undefined): OAuthClient | undefined {
    return row && clientOf(row);
  }
}

async function insert(
  db: Queryable,
  id: string,
  client: NewClient,
  { dynamic, secret }: { readonly dynamic: boolean; readonly secret: string | undefined },
): Promise<OAuthClient> {
  const [row] = await db.query<Row>(
    `INSERT INTO clients (id, name, dynamic, secret_hash, redirect_uris, scopes, device_flow, native, service_account_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *`,
    [
      id,
      client.name,
      dynamic,
      secret === undefined ? null : tokenHash(secret).toString('hex'),
      client.redirectUris,
      client.scopes,
      client.deviceFlow,
      client.native,
      client.serviceAccountId ?? null,
    ],
  );
  return clientOf(row as Row);
}

const clientOf = (row: Row): OAuthClient => ({
  id: row.id,
  name: row.name,
  dynamic: row.dynamic,
  confidential: row.secret_hash !== null,
  redirectUris: row.redirect_uris,
  scopes: row.scopes,
  deviceFlow: row.device_flow,
  native: row.native,
  serviceAccountId: row.service_account_id ?? undefined,
  createdAt: row.created_at,
});
