import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Suffix of files that are being written. */
export const TEMPORARY_SUFFIX = '.tmp';

/** Tells our temporary files from those of an earlier process that had the same pid, as it is common in containers. Threads inherit it. */
const RUN = runOfThisProcess();

function runOfThisProcess(): string {
  const key = 'sextant:search-index-run';
  const known = getEnvironmentData(key);
  if (typeof known === 'string') return known;
  const run = randomBytes(4).toString('hex');
  setEnvironmentData(key, run);
  return run;
}

/** A name beside `path` that says who is writing it. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${RUN}-${randomBytes(3).toString('hex')}${TEMPORARY_SUFFIX}`;
}

/** Whether a temporary file was left behind by a process that is gone. */
export function isOrphan(name: string): boolean {
  const writer = /\.(\d+)-([0-9a-f]{8})-[0-9a-f]{6}\.tmp$/.exec(name);
  if (!writer) return name.endsWith(TEMPORARY_SUFFIX);
  const pid = Number(writer[1]);
  if (pid === process.pid) return writer[2] !== RUN;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a whole file so that a reader, or a crash at any moment, sees the old content or the new and nothing between. */
export async function writeFileDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, 'wx', 0o640);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}
