import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ServerAccount } from './server-account.js';
import { PORT } from './server-settings.js';

// A socket's path must fit into a field of 108 bytes (104 on macOS and BSD), its closing zero included.
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;
const PREFIX = 'sextant-pg-';

const socketName = `.s.PGSQL.${PORT}`;

const fits = (folder: string): boolean => Buffer.byteLength(join(folder, socketName)) <= LONGEST_PATH;

/** Makes the folder of the server's socket, open to nobody but the server's account (and root): in `runDir`, or in the system's temporary folder when that path is too long. */
export async function makeSocketFolder(runDir: string, account: ServerAccount): Promise<string> {
  const wanted = join(runDir, 'postgres');
  let folder = wanted;
  if (fits(wanted)) mkdirSync(wanted, { recursive: true, mode: 0o700 });
  else {
    const shared = fits(join(tmpdir(), `${PREFIX}xxxxxx`)) ? tmpdir() : '/tmp';
    folder = await mkdtemp(join(shared, PREFIX));
  }
  if (account.owner !== undefined && process.getuid?.() === 0) chownSync(folder, account.owner.uid, account.owner.gid);
  chmodSync(folder, 0o700);
  return folder;
}

/** Removes a folder made above. The folder of a server that was killed holds its dead socket. */
export function removeSocketFolder(folder: string): void {
  // The path may have been read from a file of the cluster: it is only followed when it looks like ours.
  if (basename(folder) !== 'postgres' && !basename(folder).startsWith(PREFIX)) return;
  for (const name of [socketName, `${socketName}.lock`]) rmSync(join(folder, name), { force: true });
  if (basename(folder).startsWith(PREFIX)) rmSync(folder, { recursive: true, force: true });
}
