import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SextantError } from '@sextant/sdk';

/** Bytes. */
const MAX_SIZE = 4 * 1024 * 1024;
/** As many symbolic links as Linux follows. */
const MAX_LINKS = 40;
const GROUP_WRITE = 0o020;
const OTHER_WRITE = 0o002;
const STICKY = 0o1000;
// Not waiting for the writer of a pipe, and not following a link that takes the file's place after it was checked.
const OPEN = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * The text of a file that nobody but this account and root can have written. What is checked is what is read: owner and mode come from the open
 * descriptor. Where the system has no user ids (Windows), only the kind and the size are checked.
 * @throws SEXTANT_CONFIG_UNTRUSTED_FILE naming what is wrong, and errors of the file system
 */
export async function readTrustedFile(named: string): Promise<string> {
  const refuse = (why: string, fix: string): SextantError =>
    new SextantError('SEXTANT_CONFIG_UNTRUSTED_FILE', {
      what: `The configuration file ${named} was not read.`,
      why,
      fix: `${fix}, or name the file with --config if you trust it, or run the command in another folder.`,
    });
  let path = named;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const folder = await realpath(dirname(path));
    path = join(folder, basename(path));
    const isShared = checkFolder(folder, await stat(folder), refuse);
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) {
      checkOwner(path, entry, refuse);
      path = resolve(folder, await readlink(path));
      continue;
    }
    return await readChecked(path, isShared, refuse);
  }
  throw refuse('It is a symbolic link that leads to itself.', 'Replace the link by a file');
}

type Refuse = (why: string, fix: string) => SextantError;

async function readChecked(path: string, inSharedFolder: boolean, refuse: Refuse): Promise<string> {
  await using file = await open(path, OPEN);
  const info = await file.stat();
  if (!info.isFile()) throw refuse(`${path} is not a regular file.`, 'Replace it by a file');
  if (info.size > MAX_SIZE) throw refuse(`${path} is larger than ${MAX_SIZE} bytes.`, 'Make it smaller');
  if (knowsAccounts()) {
    checkOwner(path, info, refuse);
    if (info.mode & (GROUP_WRITE | OTHER_WRITE))
      throw refuse(`${path} can be written by other accounts (mode ${modeOf(info)}).`, `Run chmod go-w ${path}`);
    // In a folder that others can write, any of them may have linked a file of ours under this name.
    if (inSharedFolder && info.nlink > 1)
      throw refuse(`${path} has ${info.nlink} names, in a folder that other accounts can write.`, 'Copy it to a folder of your own');
  }
  const buffer = Buffer.alloc(MAX_SIZE + 1);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, size, buffer.length - size, size);
    size += bytesRead;
    if (bytesRead === 0) return buffer.toString('utf8', 0, size);
    if (size > MAX_SIZE) throw refuse(`${path} is larger than ${MAX_SIZE} bytes.`, 'Make it smaller');
  }
}

/** @returns whether other accounts can add files to it. */
function checkFolder(folder: string, info: Stats, refuse: Refuse): boolean {
  if (!knowsAccounts()) return false;
  checkOwner(folder, info, refuse);
  if (info.mode & OTHER_WRITE && !(info.mode & STICKY))
    throw refuse(`Every account can replace files in ${folder} (mode ${modeOf(info)}).`, `Run chmod o-w ${folder}`);
  return (info.mode & (GROUP_WRITE | OTHER_WRITE)) !== 0;
}

function checkOwner(path: string, { uid }: Stats, refuse: Refuse): void {
  const own = process.geteuid?.();
  if (own === undefined || uid === own || uid === 0) return;
  throw refuse(`${path} belongs to user id ${uid}; this command runs as user id ${own}.`, `Run chown ${own} ${path}`);
}

const knowsAccounts = (): boolean => process.geteuid !== undefined;
const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(4, '0');
