import type { Queryable } from '@sextant/sdk';

export type AccessRequestStatus = 'PENDING' | 'APPROVED' | 'REJECTED';

/** Somebody asks for an account. What it says is a stranger's. */
export interface AccessRequest {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly additionalInfo: string | undefined;
  readonly status: AccessRequestStatus;
  readonly decidedByUserId: number | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type Row = Omit<AccessRequest, 'additionalInfo' | 'decidedByUserId'> & {
  readonly additionalInfo: string | null;
  readonly decidedByUserId: number | null;
};

const COLUMNS = `id, name, email, additional_info as "additionalInfo", status, decided_by_user_id as "decidedByUserId",
  created_at as "createdAt", updated_at as "updatedAt"`;
const toRequest = (row: Row): AccessRequest => ({
  ...row,
  additionalInfo: row.additionalInfo ?? undefined,
  decidedByUserId: row.decidedByUserId ?? undefined,
});

export class AccessRequestStore {
  constructor(private readonly db: Queryable) {}

  async byId(id: number): Promise<AccessRequest | undefined> {
    const rows = await this.db.query<Row>(`select ${COLUMNS} from access_requests where id = $1`, [id]);
    return rows[0] && toRequest(rows[0]);
  }

  /** Newest first. */
  async list(
    status: AccessRequestStatus | undefined,
    page: { readonly limit: number; readonly beforeId?: number },
  ): Promise<readonly AccessRequest[]> {
    const rows = await this.db.query<Row>(
      `select ${COLUMNS} from access_requests where ($1::text is null or status = $1) and ($2::int is null or id < $2) order by id desc limit $3`,
      [status ?? null, page.beforeId ?? null, page.limit],
    );
    return rows.map(toRequest);
  }

  async count(status?: AccessRequestStatus): Promise<number> {
    const rows = await this.db.query<{ count: number }>(
      'select count(*)::int as count from access_requests where $1::text is null or status = $1',
      [status ?? null],
    );
    return rows[0]?.count ?? 0;
  }

  /** One that is decided stays so; one of an address that somebody has proved is not kept. */
  async save(
    person: { readonly name: string; readonly email: string; readonly additionalInfo: string | undefined },
    now: Date,
  ): Promise<void> {
    await this.db.query(
      `insert into access_requests as r (name, email, additional_info, created_at, updated_at)
       select $1, $2, $3, $4, $4 where not exists (select 1 from emails where folded = lower($2) and verified_at is not null)
       on conflict (lower(email)) do update set name = excluded.name, additional_info = excluded.additional_info, updated_at = excluded.updated_at
       where r.status = 'PENDING'`,
      [person.name, person.email, person.additionalInfo ?? null, now],
    );
  }

  async decide(id: number, status: AccessRequestStatus, byUserId: number | undefined, now: Date): Promise<AccessRequest | undefined> {
    const rows = await this.db.query<Row>(
      `update access_requests set status = $2, decided_by_user_id = $3, updated_at = $4 where id = $1 returning ${COLUMNS}`,
      [id, status, byUserId ?? null, now],
    );
    return rows[0] && toRequest(rows[0]);
  }
}
