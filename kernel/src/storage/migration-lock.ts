import './storage-errors.js';
import { createHash } from 'node:crypto';
import { SextantError } from '@sextant/sdk';
import type pg from 'pg';

/** Who may migrate a plugin's schema: a session lock of the server, so it goes away with its owner however that ends. */
export interface LockHolder {
  /** `sextant migrate host:pid` as the holder named itself. */
  readonly name: string;
  readonly serverPid: number;
  readonly since: Date;
}

const CLASS = 0x5e87a7; // one class of advisory locks for all migrations of this database

const objectOf = (plugin: string): number => createHash('sha256').update(plugin).digest().readInt32BE(0);

/** Takes the lock on `client`'s session; `waiting` hears once who holds it. @throws SEXTANT_STORAGE_MIGRATION_LOCKED after `timeout` milliseconds. */
export async function takeMigrationLock(
  client: pg.Client,
  plugin: string,
  options: { readonly timeout: number; readonly waiting: (holder: LockHolder | undefined) => void },
): Promise<void> {
  const key = [CLASS, objectOf(plugin)];
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', key);
  if (rows[0]!.taken) return;
  const holder = await migrationLockHolder(client, plugin);
  options.waiting(holder);
  await client.query(`set lock_timeout to ${Math.max(1, Math.floor(options.timeout))}`);
  try {
    await client.query('select pg_advisory_lock($1, $2)', key);
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error;
    const present = (await migrationLockHolder(client, plugin)) ?? holder;
    throw new SextantError('SEXTANT_STORAGE_MIGRATION_LOCKED', {
      what: `The migrations of "${plugin}" are locked.`,
      why: present === undefined ? 'Another process holds the lock.' : `${describeHolder(present)} holds the lock.`,
      fix: 'Wait for it, or end it; the lock goes away with it.',
      cause: error,
    });
  } finally {
    await client.query('set lock_timeout to 0').catch(() => undefined);
  }
}

export async function releaseMigrationLock(client: pg.Client, plugin: string): Promise<void> {
  await client.query('select pg_advisory_unlock($1, $2)', [CLASS, objectOf(plugin)]);
}

/** Read from the server's own tables: never a stale row of a process that was killed. */
export async function migrationLockHolder(client: pg.ClientBase, plugin: string): Promise<LockHolder | undefined> {
  const { rows } = await client.query<{ name: string; pid: number; since: Date }>(
    `select a.application_name as name, a.pid, a.backend_start as since
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid::bigint = $1 and l.objid::bigint = ($2::bigint & 4294967295)
        and l.database = (select oid from pg_database where datname = current_database())`,
    [CLASS, objectOf(plugin)],
  );
  const row = rows[0];
  return row && { name: row.name, serverPid: row.pid, since: row.since };
}

export const describeHolder = (holder: LockHolder): string =>
  `"${holder.name}" (server process ${holder.serverPid}, connected since ${holder.since.toISOString()})`;
