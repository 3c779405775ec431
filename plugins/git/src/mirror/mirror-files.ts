import { randomUUID } from 'node:crypto';
import { access, chmod, lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type RepoName, SextantError } from '@sextant/sdk';
import { mirrorPath } from './mirror-path.js';
import { identityAlive, ownIdentity } from './process-identity.js';

/** What we remember beside a mirror's objects. */
export interface MirrorNote {
  readonly lastFetched: string | null;
  readonly sizeBytes: number;
  readonly corrupt: string | null;
}

const NOTE = 'sextant-mirror.json';
// Milliseconds.
const UNSIGNED_FOR = 60_000;

/** The folder of mirrors: `<root>/<name>.git`, and our own `.temp` and `.locks` beside them. */
export class MirrorFiles {
  constructor(readonly root: string) {}

  pathOf(name: RepoName): string {
    return mirrorPath(this.root, name);
  }

  async exists(name: RepoName): Promise<boolean> {
    return exists(join(this.pathOf(name), 'HEAD'));
  }

  /** @throws SEXTANT_GIT_NOT_CLONED */
  async directory(name: RepoName): Promise<string> {
    const path = this.pathOf(name);
    if (await exists(join(path, 'HEAD'))) return path;
    throw new SextantError('SEXTANT_GIT_NOT_CLONED', {
      what: `${name} is not cloned yet.`,
      fix: 'Wait for the clone to finish, or refresh the repository.',
    });
  }

  async note(path: string): Promise<MirrorNote> {
    try {
      return {
        lastFetched: null,
        sizeBytes: 0,
        corrupt: null,
        ...(JSON.parse(await readFile(join(path, NOTE), 'utf8')) as Partial<MirrorNote>),
      };
    } catch {
      return { lastFetched: null, sizeBytes: 0, corrupt: null };
    }
  }

  async writeNote(path: string, change: Partial<MirrorNote>): Promise<MirrorNote> {
    const note = { ...(await this.note(path)), ...change };
    const fresh = join(path, `${NOTE}.${randomUUID()}`);
    await writeFile(fresh, JSON.stringify(note));
    await rename(fresh, join(path, NOTE));
    return note;
  }

  /** A new empty folder on the same file system, that {@link sweep} removes if we die. */
  async temporary(): Promise<string> {
    const path = join(this.root, '.temp', `${ownIdentity()}.${randomUUID()}`);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /** Removes what processes that are no more left behind. @returns how many folders. */
  async sweep(): Promise<number> {
    let swept = 0;
    for (const name of await readdir(join(this.root, '.temp')).catch(() => [])) {
      if (identityAlive(name.split('.')[0]!)) continue;
      await rm(join(this.root, '.temp', name), { recursive: true, force: true });
      swept++;
    }
    for (const name of await readdir(join(this.root, '.locks')).catch(() => [])) {
      const file = join(this.root, '.locks', name);
      const owner = await readFile(file, 'utf8').catch(() => '');
      // Killed between making its claim and signing it: a living process signs at once.
      const unsigned = owner === '' && Date.now() - ((await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now()) > UNSIGNED_FOR;
      if (unsigned || (owner !== '' && !identityAlive(owner.split(' ')[0]!))) await rm(file, { force: true });
    }
    return swept;
  }

  /**
   * Closes the folders down to each mirror's own to everybody else, wherever they are moved to. Those made by earlier
   * versions were open below a closed root.
   * @returns how many it closed
   */
  async close(folder = this.root): Promise<number> {
    let closed = 0;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      const mode = (await lstat(path).catch(() => undefined))?.mode ?? 0;
      if ((mode & 0o077) !== 0) {
        await chmod(path, 0o700).catch(ignoreMissing);
        closed++;
      }
      if (!entry.name.endsWith('.git') && !entry.name.startsWith('.')) closed += await this.close(path);
    }
    return closed;
  }

  /** Puts a finished folder in a mirror's place; what was there is removed after. */
  async replace(path: string, fresh: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const old = join(await this.temporary(), 'old');
    await rename(path, old).catch(ignoreMissing);
    await rename(fresh, path);
    await rm(dirname(old), { recursive: true, force: true });
  }

  /** Removes a folder of {@link temporary}. */
  async discard(temporary: string): Promise<void> {
    await rm(temporary, { recursive: true, force: true });
  }

  /** Moved away first, so that no reader meets half a mirror. Folders that became empty go too. */
  async remove(path: string): Promise<void> {
    const grave = await this.temporary();
    await rename(path, join(grave, 'old')).catch(ignoreMissing);
    await rm(grave, { recursive: true, force: true });
    await this.pruneFolders(dirname(path));
  }

  async move(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await rename(from, to);
    await this.pruneFolders(dirname(from));
  }

  /** Bytes that may still be written; undefined where the system does not tell. */
  async freeBytes(): Promise<number | undefined> {
    try {
      const { bavail, bsize } = await statfs(this.root);
      return bavail * bsize;
    } catch {
      return undefined;
    }
  }

  private async pruneFolders(folder: string): Promise<void> {
    for (let path = folder; path.startsWith(`${this.root}/`); path = dirname(path)) {
      // rmdir, because it refuses a folder that somebody has put a mirror into meanwhile.
      if (
        !(await rmdir(path).then(
          () => true,
          () => false,
        ))
      )
        return;
    }
  }
}

/** Bytes of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    total += entry.isDirectory() ? await sizeOf(path) : ((await lstat(path).catch(() => undefined))?.size ?? 0);
  }
  return total;
}

/** Removes what a killed git, or we, left in a mirror: lock files, half-written packs and notes. Only under the mirror's lock. */
export async function clearLeftovers(gitDir: string): Promise<void> {
  for (const entry of await readdir(gitDir, { withFileTypes: true, recursive: true }).catch(() => [])) {
    const name = basename(entry.name);
    const inObjects = entry.parentPath.startsWith(join(gitDir, 'objects'));
    const ours = entry.parentPath === gitDir && (name.startsWith(`${NOTE}.`) || name.startsWith('fast_import_crash_'));
    const stale = ours || (name.endsWith('.lock') && entry.isFile()) || (inObjects && /^tmp_|^\.tmp-|^incoming-/.test(name));
    if (stale) await rm(join(entry.parentPath, entry.name), { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
