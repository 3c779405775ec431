import { execFile, type SpawnOptions } from 'node:child_process';
import { chown, lstat, readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { copyNativePostgres, type NativePostgres, program } from './native-postgres.js';

/** The account the database server runs under; it refuses to run as root. */
export interface ServerAccount {
  /** `self`: ours. `nobody`: uid 65534. `namespace`: ours, shown to the server as uid 65534 by a user namespace. */
  readonly kind: 'self' | 'nobody' | 'namespace';
  /** Who must own the server's files; undefined when they are ours already. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  command(
    file: string,
    args: readonly string[],
  ): { readonly file: string; readonly args: readonly string[]; readonly options: SpawnOptions };
}

const NOBODY = 65_534;

const self: ServerAccount = { kind: 'self', command: (file, args) => ({ file, args, options: {} }) };

const nobody: ServerAccount = {
  kind: 'nobody',
  owner: { uid: NOBODY, gid: NOBODY },
  command: (file, args) => ({ file, args, options: { uid: NOBODY, gid: NOBODY } }),
};

/** Without --fork, so that the process we start is the server itself and gets our signals. */
const namespace: ServerAccount = {
  kind: 'namespace',
  owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  command: (file, args) => ({
    file: 'unshare',
    args: ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, file, ...args],
    options: {},
  }),
};

/** What a program said, when it ended well; otherwise undefined. */
function tryRun(
  account: ServerAccount,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const command = account.command(file, args);
  const { uid, gid } = command.options;
  return new Promise((done) => {
    const options = { cwd: '/', timeout: 10_000, env: { ...process.env, ...env }, ...(uid === undefined ? {} : { uid, gid }) };
    execFile(command.file, [...command.args], options, (error, stdout) => done(error ? undefined : stdout));
  });
}

const runs = async (account: ServerAccount, native: NativePostgres): Promise<boolean> =>
  (await tryRun(account, program(native, 'postgres'), ['--version'], native.env)) !== undefined;

const enters = async (account: ServerAccount, folder: string): Promise<boolean> =>
  (await tryRun(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {})) !== undefined;

/** initdb looks its own user up by uid; containers run under uids that no table knows. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

const refused = (what: string, why: string, fix: string): SextantError =>
  new SextantError('SEXTANT_STORAGE_EMBEDDED_ACCOUNT', { what, why, fix });

/**
 * Finds, by trying, an account that may run the programs and reach `folder`; the programs are copied into `folder` when that is what it takes.
 * @param folder the folder that holds the clusters; it exists
 * @throws SEXTANT_STORAGE_EMBEDDED_ACCOUNT when there is none
 */
export async function chooseServerAccount(
  native: NativePostgres,
  folder: string,
): Promise<{ readonly account: ServerAccount; readonly native: NativePostgres }> {
  if (process.getuid?.() !== 0) {
    if (hasName()) return { account: self, native };
    if (await runs(namespace, native)) return { account: namespace, native };
    throw refused(
      'The embedded PostgreSQL cannot run under this user.',
      `User id ${process.getuid?.()} has no name on this system, and user namespaces are not available.`,
      'Add the user to /etc/passwd, or configure the address (DSN) of a PostgreSQL server.',
    );
  }
  const reachable = await enters(nobody, folder);
  if (reachable && (await runs(nobody, native))) return { account: nobody, native };
  if (await runs(namespace, native)) return { account: namespace, native };
  if (!reachable) {
    throw refused(
      'The embedded PostgreSQL cannot run as root, and the data folder is closed to every other user.',
      `The user "nobody" may not enter ${folder}, and user namespaces are not available.`,
      'Choose a folder that other users may pass through, such as /var/lib/sextant, with --data-dir; or configure a DSN.',
    );
  }
  const copy = await copyNativePostgres(native, folder);
  if (await runs(nobody, copy)) return { account: nobody, native: copy };
  throw refused(
    'The embedded PostgreSQL cannot run as root, and does not run as another user.',
    `Its programs, copied to ${copy.folder}, do not run as the user "nobody"; user namespaces are not available.`,
    'Run Sextant as an ordinary user, or configure the address (DSN) of a PostgreSQL server.',
  );
}

/** Gives a folder and all in it to the account, unless the folder is its own already. Only ever called on a cluster's own folder. */
export async function giveTo(account: ServerAccount, path: string): Promise<void> {
  const { owner } = account;
  if (owner === undefined || process.getuid?.() !== 0 || (await lstat(path)).uid === owner.uid) return;
  await giveAll(path, owner.uid, owner.gid);
}

/** The folder itself comes last: it is what tells the next start that all below it has been given already. */
async function giveAll(path: string, uid: number, gid: number): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await giveAll(child, uid, gid);
    // A tablespace link would lead out of the cluster; lchown would not, yet there is nothing to give.
    else if (!entry.isSymbolicLink()) await chown(child, uid, gid);
  }
  await chown(path, uid, gid);
}
