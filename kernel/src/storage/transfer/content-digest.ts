import { createHash } from 'node:crypto';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Databases } from '../databases.js';
import { type CopyableTable, copyableTables, copyOut, TRANSFER_SETTINGS } from './copyable-tables.js';
import { RowDigest } from './row-digest.js';

export interface TableDigest {
  /** `plugin_git.repositories` */
  readonly table: string;
  readonly rows: number;
  readonly digest: string;
}

export interface ContentDigest {
  readonly tables: readonly TableDigest[];
  /** Of all tables and rows, wherever they are: equal exactly when the content is. */
  readonly sha256: string;
}

/** What a transfer carries, of all databases, as one hash. */
export async function contentDigest(databases: Databases): Promise<ContentDigest> {
  const tables: TableDigest[] = [];
  for (const { pool } of databases.distinct()) {
    const client = await pool.dedicated('sextant digest');
    try {
      await client.query('begin isolation level repeatable read read only');
      await client.query(TRANSFER_SETTINGS);
      tables.push(...(await digestOf(client, await copyableTables(client))));
      await client.query('commit');
    } finally {
      await client.end();
    }
  }
  return summed(tables);
}

export async function digestOf(client: pg.ClientBase, tables: readonly CopyableTable[]): Promise<readonly TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const table of tables) {
    const digest = new RowDigest();
    for await (const chunk of client.query(copyTo(copyOut(table)))) digest.update(chunk as Buffer);
    digests.push({ table: `${table.schema}.${table.table}`, rows: digest.rows, digest: digest.hex() });
  }
  return digests;
}

export function summed(tables: readonly TableDigest[]): ContentDigest {
  // An outbox stands in each database and is one table of the whole; empty ones say nothing.
  const ordered = [...tables].sort((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : a.digest < b.digest ? -1 : 1));
  const hash = createHash('sha256');
  for (const { table, rows, digest } of ordered) if (rows > 0) hash.update(`${table} ${rows} ${digest}\n`);
  return { tables: ordered, sha256: hash.digest('hex') };
}
