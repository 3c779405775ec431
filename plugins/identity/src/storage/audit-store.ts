import type { Queryable } from '@sextant/sdk';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChainHead } from '../audit/chain-hash.js';

/** All that is given must fit. */
export interface AuditFilter {
  readonly entity?: string | undefined;
  readonly action?: string | undefined;
  /** As in `actorUID`: the number of a user, `operator`, `anonymous`, `internal:git`. */
  readonly actor?: string | undefined;
  readonly since?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

export interface KeptEntry {
  readonly position: number;
  readonly entry: AuditEntry;
  /** Hexadecimal. */
  readonly previous: string;
  readonly hash: string;
}

/** Reads the entries that are in the chain. */
export class AuditStore {
  constructor(private readonly db: Queryable) {}

  /** Newest first, all before `before`; or with `after` oldest first, all after it. */
  async list(
    filter: AuditFilter,
    page: { readonly limit: number } & ({ readonly before?: number | undefined } | { readonly after: number }),
  ): Promise<readonly KeptEntry[]> {
    const forward = 'after' in page;
    const rows = await this.db.query<{ position: string; entry: string; previous: string; hash: string }>(
      `select position, entry, encode(previous, 'hex') as previous, encode(hash, 'hex') as hash from audit_log
       where ${MATCHES} and ($6::bigint is null or position ${forward ? '>' : '<'} $6) order by position ${forward ? 'asc' : 'desc'} limit $7`,
      [...parameters(filter), (forward ? page.after : page.before) ?? null, page.limit],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position), entry: JSON.parse(row.entry) as AuditEntry }));
  }

  async count(filter: AuditFilter): Promise<number> {
    const [row] = await this.db.query<{ count: string }>(`select count(*) as count from audit_log where ${MATCHES}`, parameters(filter));
    return Number(row?.count);
  }

  async head(): Promise<ChainHead> {
    const [row] = await this.db.query<{ position: string; hash: Buffer }>('select position, hash from audit_head');
    return { position: Number(row?.position), hash: row?.hash as Buffer };
  }

  /** Entries that are durable and not yet in the chain. */
  async waiting(): Promise<number> {
    const [row] = await this.db.query<{ count: string }>('select count(*) as count from audit_inbox');
    return Number(row?.count);
  }
}

const MATCHES = `($1::text is null or (entry::jsonb ->> 'entity') = $1)
  and ($2::text is null or (entry::jsonb ->> 'action') = $2)
  and ($3::text is null or (entry::jsonb -> 'actor' ->> 'actorUID') = $3)
  and ($4::text is null or (entry::jsonb ->> 'timestamp') collate "C" >= $4)
  and ($5::text is null or (entry::jsonb ->> 'timestamp') collate "C" < $5)`;

const parameters = ({ entity, action, actor, since, until }: AuditFilter): readonly unknown[] => [
  entity ?? null,
  action ?? null,
  actor ?? null,
  since?.toISOString() ?? null,
  until?.toISOString() ?? null,
];
