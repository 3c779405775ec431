import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Bytes. The files that are read here hold a line or two. */
const MAX_SIZE = 64 * 1024;
// Not waiting: a pipe would keep one of the few threads that all file access shares, until somebody writes to it.
const QUIET = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Is `path` one of the folders, or below one? Both must be real paths. */
export const isInside = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep));

/** The text of a small file; empty when it is not there, undefined when it is no plain file, is large, or is a link that leads out of `roots` (real paths). */
export async function readInside(path: string, roots: readonly string[]): Promise<string | undefined> {
  let file: FileHandle | undefined;
  try {
    const real = await realpath(path);
    if (!isInside(real, roots)) return undefined;
    file = await open(real, QUIET);
    const { size } = await file.stat().then((s) => (s.isFile() ? s : { size: Number.POSITIVE_INFINITY }));
    if (size > MAX_SIZE) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_SIZE), 0, MAX_SIZE, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? '' : undefined;
  } finally {
    await file?.close();
  }
}

/**
 * Is everything in a folder there itself, or linked to inside of `roots` (real paths)? Pipes and devices are not: git would wait for them, or read them
 * without end. A folder that is missing holds nothing; one that cannot be listed may hold anything.
 * @param names only these entries; default: all
 * @param recursive what is below, too
 */
export async function staysInside(
  folder: string,
  roots: readonly string[],
  { names, recursive = false }: { readonly names?: ReadonlySet<string>; readonly recursive?: boolean } = {},
): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : undefined,
  );
  if (entries === undefined) return false;
  for (const entry of entries) {
    if (names !== undefined && !names.has(entry.name)) continue;
    if (entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice()) return false;
    if (!entry.isSymbolicLink()) continue;
    const target = await realpath(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (target === undefined) continue;
    const kind = await stat(target).catch(() => undefined);
    if (!isInside(target, roots) || !(kind?.isFile() || kind?.isDirectory())) return false;
  }
  return true;
}
