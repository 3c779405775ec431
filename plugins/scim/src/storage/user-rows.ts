import type { Queryable } from '@sextant/sdk';
import type { Narrowing } from '../listing/list-resources.js';
import type { UserDocument } from '../users/user-document.js';
import { isUuid } from './uuid.js';

/** A person whom the directory provisioned. */
export interface UserRow extends UserDocument {
  readonly id: string;
  /** The order of listing. */
  readonly number: number;
  /** The account, which may be deleted; undefined: there never was one, or it is being made. */
  readonly userId: number | undefined;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type Stored = Omit<UserRow, 'number' | 'userId' | 'externalId' | 'active'> & {
  readonly number: string;
  readonly userId: number | null;
  readonly externalId: string | null;
};

const COLUMNS = `u.id, u.number, u.user_id as "userId", u.user_name as "userName", u.external_id as "externalId", u.attributes, u.version,
  u.created_at as "createdAt", u.updated_at as "updatedAt"`;

/** Whether somebody is active is not stored: the account is there, or it is not. */
const toRow = ({ number, userId, externalId, ...row }: Stored): Omit<UserRow, 'active'> => ({
  ...row,
  number: Number(number),
  userId: userId ?? undefined,
  externalId: externalId ?? undefined,
});
export const fold = (name: string): string => name.toLowerCase();
export type InactiveRow = Omit<UserRow, 'active'>;

export class UserRows {
  constructor(private readonly db: Queryable) {}

  async find(id: string): Promise<InactiveRow | undefined> {
    return isUuid(id) ? (await this.#where('u.id = $1::uuid', [id]))[0] : undefined;
  }

  /** Kept as it is until the transaction ends. */
  async held(id: string): Promise<InactiveRow | undefined> {
    return isUuid(id) ? (await this.#where('u.id = $1::uuid for update', [id]))[0] : undefined;
  }

  async byIds(ids: readonly string[]): Promise<readonly InactiveRow[]> {
    return this.#where('u.id = any($1::uuid[]) order by u.number', [ids]);
  }

  async byUserName(userName: string): Promise<InactiveRow | undefined> {
    return (await this.#where('u.folded_name = $1', [fold(userName)]))[0];
  }

  async byAccount(userId: number): Promise<InactiveRow | undefined> {
    return (await this.#where('u.user_id = $1', [userId]))[0];
  }

  /** Of whom the directory says one of the addresses; in any case of letters. */
  async byAddresses(addresses: readonly string[]): Promise<readonly InactiveRow[]> {
    return this.#where(
      `jsonb_typeof(u.attributes->'emails') = 'array' and exists (select 1 from jsonb_array_elements(u.attributes->'emails') as email
       where lower(email->>'value') = any($1::text[])) order by u.number limit 100`,
      [addresses.map(fold)],
    );
  }

  /** In the order of listing, from behind a number. */
  async page(narrowing: Narrowing | undefined, page: { readonly after: number; readonly limit: number }): Promise<readonly InactiveRow[]> {
    const { condition, values } = conditionOf(narrowing);
    return this.#where(`${condition} and u.number > $2 order by u.number limit $3`, [values, page.after, page.limit]);
  }

  async window(page: { readonly offset: number; readonly limit: number }): Promise<readonly InactiveRow[]> {
    return this.#where('true order by u.number offset $1 limit $2', [page.offset, page.limit]);
  }

  async count(): Promise<number> {
    const rows = await this.db.query<{ count: number }>('select count(*)::int as count from users');
    return rows[0]?.count ?? 0;
  }

  /** Undefined when the name is taken. */
  async insert(id: string, document: UserDocument, now: Date): Promise<InactiveRow | undefined> {
    const rows = await this.db.query<Stored>(
      `insert into users as u (id, user_name, folded_name, external_id, attributes, created_at, updated_at)
       values ($1, $2, $3, $4, $5::jsonb, $6, $6) on conflict do nothing returning ${COLUMNS}`,
      [id, document.userName, fold(document.userName), document.externalId ?? null, JSON.stringify(document.attributes), now],
    );
    return rows[0] && toRow(rows[0]);
  }

  /** Of one that is {@link held}. */
  async update(id: string, document: UserDocument, userId: number | undefined, now: Date): Promise<InactiveRow> {
    const rows = await this.db.query<Stored>(
      `update users u set user_name = $2, folded_name = $3, external_id = $4, attributes = $5::jsonb, user_id = $6, updated_at = $7,
       version = version + 1 where id = $1 returning ${COLUMNS}`,
      [
        id,
        document.userName,
        fold(document.userName),
        document.externalId ?? null,
        JSON.stringify(document.attributes),
        userId ?? null,
        now,
      ],
    );
    return toRow(rows[0] as Stored);
  }

  /** Notes the account of one that was just made. */
  async setAccount(id: string, userId: number): Promise<void> {
    await this.db.query('update users set user_id = $2 where id = $1', [id, userId]);
  }

  async delete(id: string): Promise<void> {
    await this.db.query('delete from users where id = $1', [id]);
  }

  async #where(condition: string, values: readonly unknown[]): Promise<readonly InactiveRow[]> {
    return (await this.db.query<Stored>(`select ${COLUMNS} from users u where ${condition}`, values)).map(toRow);
  }
}

function conditionOf(narrowing: Narrowing | undefined): { readonly condition: string; readonly values: readonly string[] } {
  const values = narrowing?.values ?? [];
  switch (narrowing?.by) {
    case 'id':
      return { condition: 'u.id = any($1::uuid[])', values: values.filter(isUuid) };
    case 'username':
      return { condition: 'u.folded_name = any($1::text[])', values: values.map(fold) };
    case 'externalid':
      return { condition: 'u.external_id = any($1::text[])', values };
    default:
      return { condition: '$1::text[] is not null', values: [] };
  }
}
