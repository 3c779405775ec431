import type { Queryable } from '@sextant/sdk';
import type { ExternalAccount, ExternalService } from '../api.js';

interface Row {
  readonly id: number;
  readonly user_id: number;
  readonly service_type: string;
  readonly service_id: string;
  readonly account_id: string;
  readonly provider_id: string | null;
  readonly username: string;
  readonly display_name: string | null;
  readonly sealed_credential: string | null;
  readonly credential_expires_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expired_at: Date | null;
}

/** An account with what is not shown of it. */
export interface StoredExternalAccount extends ExternalAccount {
  readonly providerId: string | undefined;
  readonly sealedCredential: string | undefined;
  readonly credentialExpiresAt: Date | undefined;
}

const toAccount = (row: Row): StoredExternalAccount => ({
  id: row.id,
  userId: row.user_id,
  service: { type: row.service_type, id: row.service_id },
  accountId: row.account_id,
  username: row.username,
  displayName: row.display_name ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  expiredAt: row.expired_at ?? undefined,
  hasCredential: row.sealed_credential !== null,
  providerId: row.provider_id ?? undefined,
  sealedCredential: row.sealed_credential ?? undefined,
  credentialExpiresAt: row.credential_expires_at ?? undefined,
});

// Those of deleted users are nobody's.
const SELECT = 'select a.* from external_accounts a join users u on u.id = a.user_id and u.deleted_at is null';

export class ExternalAccountStore {
  constructor(private readonly db: Queryable) {}

  async byId(id: number): Promise<StoredExternalAccount | undefined> {
    return (await this.#list(`${SELECT} where a.id = $1`, [id]))[0];
  }

  async ofUser(userId: number): Promise<readonly StoredExternalAccount[]> {
    return this.#list(`${SELECT} where a.user_id = $1 order by a.id`, [userId]);
  }

  async byAccountIds(service: ExternalService, accountIds: readonly string[]): Promise<readonly StoredExternalAccount[]> {
    return this.#list(`${SELECT} where a.service_type = $1 and a.service_id = $2 and a.account_id = any($3::text[])`, [
      service.type,
      service.id,
      accountIds,
    ]);
  }

  async at(service: ExternalService, limit: number, afterId: number): Promise<readonly StoredExternalAccount[]> {
    return this.#list(`${SELECT} where a.service_type = $1 and a.service_id = $2 and a.id > $3 order by a.id limit $4`, [
      service.type,
      service.id,
      afterId,
      limit,
    ]);
  }

  async #list(sql: string, parameters: readonly unknown[]): Promise<readonly StoredExternalAccount[]> {
    return (await this.db.query<Row>(sql, parameters)).map(toAccount);
  }
}
