import { statSync } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileDurably } from './durable-file.js';
import { decodeManifest, encodeManifest, type Manifest } from './manifest.js';

const FULL_SCAN_EVERY_MS = 60_000;
const MAX_JOURNAL_BYTES = 1 << 20;
const LOADED_AT_ONCE = 16;

/**
 * The manifests of an index folder, kept up to date when another process publishes. Publishing appends the repository's
 * id to a journal; `refresh` is one `stat` while nothing happens. A full scan every minute catches a publication
 * whose writer died before its line.
 */
export class ManifestCatalog {
  readonly #manifests = new Map<number, Manifest>();
  /** The state of each file that was read. */
  readonly #readAs = new Map<number, string>();
  #snapshot: ReadonlyMap<number, Manifest> | undefined;
  /** Repositories whose manifest could not be read, with the cause in words. */
  readonly broken = new Map<number, string>();
  readonly #folder: string;
  readonly #journal: string;
  /** No journal has this number: the first look reads all manifests, and waits for them. */
  #journalSeen = { ino: -2, size: 0 };
  #scannedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(private readonly root: string) {
    this.#folder = join(root, 'repositories');
    this.#journal = join(root, 'journal');
  }

  get manifests(): ReadonlyMap<number, Manifest> {
    return this.#manifests;
  }

  /** All manifests as they stand now, in a map that stays as it is: one for all searches until something is published. */
  snapshot(): ReadonlyMap<number, Manifest> {
    this.#snapshot ??= new Map(this.#manifests);
    return this.#snapshot;
  }

  #set(id: number, manifest: Manifest | undefined): void {
    this.#snapshot = undefined;
    if (manifest) this.#manifests.set(id, manifest);
    else this.#manifests.delete(id);
  }

  /** Takes in what other processes have published. Concurrent calls share one pass. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    // Every search waits for it. A promise would stand in line behind all that the thread pool has to do.
    const { ino, size } = statSync(this.#journal, { throwIfNoEntry: false }) ?? { ino: -1, size: 0 };
    const journal = { ino, size };
    const seen = this.#journalSeen;
    if (journal.ino !== seen.ino || journal.size < seen.size) await this.#scan();
    else if (journal.size > seen.size) for (const id of await this.#journalTail(seen.size, journal.size)) await this.#load(id);
    this.#journalSeen = journal;
    // Nobody waits for it: it is there for a writer that died in the wrong moment, and takes long where there are many repositories.
    if (performance.now() - this.#scannedAt > FULL_SCAN_EVERY_MS) void this.#scan().catch(() => undefined);
  }

  async #scan(): Promise<void> {
    this.#scannedAt = performance.now();
    const names = await readdir(this.#folder).catch(() => []);
    const ids = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => Number.parseInt(name, 10));
    const waiting = [...new Set([...ids, ...this.manifests.keys()])];
    const load = async () => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) if (!(await this.#isAsRead(id))) await this.#load(id);
    };
    await Promise.all(Array.from({ length: LOADED_AT_ONCE }, load));
  }

  /** Whether the file is the one that was read: each publication makes a new one. Reading thousands anew every minute would be most of the rest of a quiet node's work. */
  async #isAsRead(id: number): Promise<boolean> {
    const read = this.#readAs.get(id);
    return read !== undefined && this.#manifests.has(id) && read === (await fileState(this.#path(id)));
  }

  async #journalTail(from: number, to: number): Promise<Set<number>> {
    const handle = await open(this.#journal, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
      return new Set(buffer.toString('latin1', 0, bytesRead).split('\n').filter(Boolean).map(Number));
    } finally {
      await handle.close();
    }
  }

  async #load(id: number): Promise<void> {
    let text: string;
    try {
      // Before it is read: what is put in its place meanwhile is read again.
      const state = await fileState(this.#path(id));
      text = await readFile(this.#path(id), 'utf8');
      if (state === undefined) this.#readAs.delete(id);
      else this.#readAs.set(id, state);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#readAs.delete(id);
      this.#set(id, undefined);
      return;
    }
    try {
      const manifest = decodeManifest(text);
      this.broken.delete(id);
      if (manifest.repository.id !== id) throw new Error('it belongs to another repository');
      this.#set(id, manifest);
    } catch (error) {
      this.#set(id, undefined);
      this.broken.set(id, `The manifest is damaged: ${(error as Error).message}.`);
      await mkdir(join(this.root, 'quarantine'), { recursive: true, mode: 0o700 });
      await rename(this.#path(id), join(this.root, 'quarantine', `${id}.json`)).catch(() => undefined);
    }
  }

  /**
   * Makes a manifest the valid one.
   * @param expected generation that it follows; -1 for the first
   * @returns false, with nothing written, when another process has published in between
   */
  async publish(manifest: Manifest, expected: number): Promise<boolean> {
    const { id } = manifest.repository;
    await this.#load(id);
    if ((this.manifests.get(id)?.generation ?? -1) !== expected) return false;
    await writeFileDurably(this.#path(id), encodeManifest(manifest));
    this.#set(id, manifest);
    this.broken.delete(id);
    await this.#announce(id);
    return true;
  }

  /** Makes a manifest the valid one whatever was there: a copy follows its source, also to an earlier generation. */
  async replace(manifest: Manifest): Promise<void> {
    const { id } = manifest.repository;
    await writeFileDurably(this.#path(id), encodeManifest(manifest));
    this.#set(id, manifest);
    this.broken.delete(id);
    await this.#announce(id);
  }

  async remove(id: number): Promise<void> {
    await unlink(this.#path(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    this.#set(id, undefined);
    this.broken.delete(id);
    await this.#announce(id);
  }

  async #announce(id: number): Promise<void> {
    // Starting the journal anew makes every reader scan once, which is all that is needed.
    const size = await stat(this.#journal).then(
      (found) => found.size,
      () => 0,
    );
    if (size > MAX_JOURNAL_BYTES) await writeFileDurably(this.#journal, '');
    await appendFile(this.#journal, `${id}\n`);
  }

  #path(id: number): string {
    return join(this.#folder, `${id}.json`);
  }
}

/** Tells one file from another that was put in its place; undefined: there is none. */
async function fileState(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.ino} ${found.ctimeNs} ${found.size}`;
}
