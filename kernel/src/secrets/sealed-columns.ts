import { type SealedColumn, SextantError } from '@sextant/sdk';
import pg from 'pg';
import { schemaOf } from '../storage/plugin-schema.js';
import type { SharedPool } from '../storage/shared-pool.js';
import { sealedUnder } from './plugin-secrets.js';

/** A declared column, with where it is and what its rows are told apart by. */
export interface SealedPlace extends SealedColumn {
  readonly plugin: string;
  readonly pool: SharedPool;
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
}

export interface ResealResult {
  readonly resealed: number;
  /** Changed or deleted by somebody else between reading and writing. */
  readonly overtaken: number;
  /** Cannot be opened: damaged, not sealed by this plugin, or under a key that is gone. */
  readonly unreadable: number;
}

const PAGE = 200;
const PREFIX = 'sx1.%';

/** What `#describe` finds: the place, a reason against it, or that the table is not there yet. */
type Described = { readonly place: SealedPlace } | { readonly unfit: string } | undefined;

async function describe(pool: SharedPool, plugin: string, { table, column }: SealedColumn): Promise<Described> {
  const { rows } = await pool.query<{ type: string | null; key: string[] | null }>(
    `select (select format_type(a.atttypid, null) from pg_attribute a where a.attrelid = c.oid and a.attname = $3 and a.attnum > 0 and not a.attisdropped) as type,
       (select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum)) from pg_index i
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[]) where i.indrelid = c.oid and i.indisprimary) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')`,
    [schemaOf(plugin), table, column],
  );
  const found = rows[0];
  if (found === undefined) return undefined;
  if (found.type === null) return { unfit: 'The table has no such column.' };
  if (found.type !== 'text' && found.type !== 'character varying') return { unfit: `The column is of the type ${found.type}.` };
  if (found.key === null) return { unfit: 'The table has no primary key.' };
  return { place: { plugin, pool, table, column, key: found.key } };
}

/** The declared columns that the database has by now; a table that a pending migration makes holds nothing yet. */
export async function sealedPlaces(pool: SharedPool, plugin: string, columns: readonly SealedColumn[]): Promise<readonly SealedPlace[]> {
  const places: SealedPlace[] = [];
  for (const column of distinct(columns)) {
    const described = await describe(pool, plugin, column);
    if (described !== undefined && 'unfit' in described) throw unfit(plugin, column, described.unfit);
    if (described !== undefined) places.push(described.place);
  }
  return places;
}

/** Checked when the plugin has been migrated, so that its author meets it, not the administrator who rotates. @throws SEXTANT_SECRETS_COLUMN */
export async function refuseUnfitSealed(pool: SharedPool, plugin: string, columns: readonly SealedColumn[]): Promise<void> {
  for (const column of distinct(columns)) {
    const described = await describe(pool, plugin, column);
    if (described === undefined) throw unfit(plugin, column, 'There is no such table.');
    if ('unfit' in described) throw unfit(plugin, column, described.unfit);
  }
}

/** How many values are sealed under each key. `''` stands for values that are not sealed at all. */
export async function countSealed(place: SealedPlace): Promise<ReadonlyMap<string, number>> {
  const column = pg.escapeIdentifier(place.column);
  const rows = await leased(place, async (client) => {
    const sql = `select case when ${column} like '${PREFIX}' then split_part(${column}, '.', 2) else '' end as key, count(*)::int as n
      from ${pg.escapeIdentifier(place.table)} where ${column} <> '' group by 1`;
    return (await client.query<{ key: string; n: number }>(sql)).rows;
  });
  return new Map(rows.map(({ key, n }) => [key, n]));
}

/**
 * Seals every value of a column anew that is not under the key `primary`. A value is written only where it is still the one that was read, so an edit
 * beside it wins. Each row is durable by itself: what was done stays done when the process is killed.
 */
export async function resealColumn(
  place: SealedPlace,
  options: {
    readonly primary: string;
    reseal(sealed: string): string;
    readonly signal: AbortSignal;
    progress(resealed: number): void;
  },
): Promise<ResealResult> {
  const column = pg.escapeIdentifier(place.column);
  const table = pg.escapeIdentifier(place.table);
  const key = place.key.map((name) => pg.escapeIdentifier(name));
  const parameters = (from: number): string => key.map((_, i) => `$${from + i}`).join(', ');
  const done = { resealed: 0, overtaken: 0, unreadable: 0 };
  let after: readonly string[] | undefined;
  for (;;) {
    options.signal.throwIfAborted();
    const rows = await leased(place, async (client) => {
      const next = after === undefined ? '' : `and (${key.join(', ')}) > (${parameters(2)})`;
      const sql = `select ${column} as sealed, array[${key.map((name) => `${name}::text`).join(', ')}] as key from ${table}
        where ${column} like '${PREFIX}' and split_part(${column}, '.', 2) <> $1 ${next} order by ${key.join(', ')} limit ${PAGE}`;
      const { rows: page } = await client.query<{ sealed: string; key: string[] }>(sql, [options.primary, ...(after ?? [])]);
      for (const row of page) {
        options.signal.throwIfAborted();
        const renewed = renew(row.sealed, options.reseal);
        if (renewed === undefined) {
          done.unreadable += 1;
          continue;
        }
        const { rowCount } = await client.query(
          `update ${table} set ${column} = $1 where ${column} = $2 and (${key.join(', ')}) = (${parameters(3)})`,
          [renewed, row.sealed, ...row.key],
        );
        if (rowCount === 1) done.resealed += 1;
        else done.overtaken += 1;
      }
      return page;
    });
    if (rows.length > 0) options.progress(done.resealed);
    if (rows.length < PAGE) return done;
    after = rows.at(-1)?.key;
  }
}

/** Tables of our schemas in which any text names the key: sealed values that nobody declared, too. */
export async function tablesNaming(client: pg.ClientBase, schemas: readonly string[], keyId: string): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any ($1::text[]) order by 1, 2`,
    [schemas],
  );
  const naming: string[] = [];
  for (const { schema, name } of tables) {
    const { rowCount } = await client.query(
      `select from only ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)} t where t::text like $1 limit 1`,
      [`%sx1.${keyId}.%`],
    );
    if (rowCount === 1) naming.push(`${schema}.${name}`);
  }
  return naming;
}

function renew(sealed: string, reseal: (sealed: string) => string): string | undefined {
  if (sealedUnder(sealed) === undefined) return undefined;
  try {
    return reseal(sealed);
  } catch (error) {
    if (SextantError.is(error) && error.code === 'SEXTANT_SECRETS_UNREADABLE') return undefined;
    throw error;
  }
}

async function leased<R>({ pool, plugin }: SealedPlace, work: (client: pg.PoolClient) => Promise<R>): Promise<R> {
  const lease = await pool.lease(schemaOf(plugin));
  try {
    const result = await work(lease.client);
    lease.release();
    return result;
  } catch (error) {
    lease.release(error as Error);
    throw error;
  }
}

/** Every part of a plugin may name the same column. */
const distinct = (columns: readonly SealedColumn[]): readonly SealedColumn[] => [
  ...new Map(columns.map((column) => [JSON.stringify([column.table, column.column]), column])).values(),
];

const unfit = (plugin: string, { table, column }: SealedColumn, why: string): SextantError =>
  new SextantError('SEXTANT_SECRETS_COLUMN', {
    what: `Plugin "${plugin}" declares the sealed column "${table}.${column}", which rotation cannot work on.`,
    why,
    fix: 'Name a text column of a table of the plugin that has a primary key.',
  });
