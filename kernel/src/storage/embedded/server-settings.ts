import { chown, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { ServerAccount } from './server-account.js';

/** The database role that owns everything in the embedded server. */
export const ROLE = 'sextant';
export const DATABASE = 'postgres';
export const PORT = 5432;

/**
 * Durable, and small when idle. `log_min_error_statement` keeps the text of failed statements, which may hold what users typed, out of the log.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(PORT),
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '512MB',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '2',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
};

/** The arguments of the server program. They win over what stands in the cluster's own files. */
export function serverArguments(cluster: string, socketFolder: string, more: Readonly<Record<string, string>>): string[] {
  const settings = { ...SETTINGS, ...more, unix_socket_directories: socketFolder };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

export const initArguments = (cluster: string): string[] => [
  `--pgdata=${cluster}`,
  `--username=${ROLE}`,
  '--encoding=UTF8',
  '--locale=C',
  // Sorts by code point like C, and knows upper and lower case beyond ASCII, the same on every platform.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=peer',
  '--no-instructions',
];

/**
 * Says who may connect. The server is told by the system which user is at the other end of the socket: us, or root, who can read the files anyway.
 * In a user namespace every user looks the same to it; there the folder of the socket, which only we may enter, is the wall.
 */
export async function writeAccessRules(cluster: string, account: ServerAccount): Promise<void> {
  const byName = account.kind !== 'namespace';
  const users = byName ? [...new Set([userInfo().username, 'root'])] : [];
  await write('pg_hba.conf', `local all all ${byName ? 'peer map=sextant' : 'trust'}\n`);
  await write('pg_ident.conf', users.map((user) => `sextant "${user}" ${ROLE}\n`).join(''));

  async function write(name: string, text: string): Promise<void> {
    const file = join(cluster, name);
    await writeFile(file, text, { mode: 0o600 });
    if (account.owner !== undefined && process.getuid?.() === 0) await chown(file, account.owner.uid, account.owner.gid);
  }
}
