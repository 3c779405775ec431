import { readdir, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isOrphan, TEMPORARY_SUFFIX } from './durable-file.js';
import { filesOf, type Manifest } from './manifest.js';

/**
 * Decides when a file of the `shards` folder can go: no manifest names it, no query of this process uses it, and it was
 * replaced long enough ago that no query of another process can.
 */
export class RetiredFiles {
  readonly #inUse = new Map<string, number>();
  readonly #queried = new Map<ReadonlyMap<number, Manifest>, number>();

  constructor(
    private readonly folder: string,
    private readonly retireAfter: number,
  ) {}

  hold(files: Iterable<string>): void {
    for (const file of files) this.#inUse.set(file, (this.#inUse.get(file) ?? 0) + 1);
  }

  release(files: Iterable<string>): void {
    for (const file of files) {
      const users = this.#inUse.get(file)! - 1;
      if (users === 0) this.#inUse.delete(file);
      else this.#inUse.set(file, users);
    }
  }

  /** The files of manifests, for a query: counted by their map, which many queries share and which may name thousands. */
  holdFilesOf(manifests: ReadonlyMap<number, Manifest>): void {
    this.#queried.set(manifests, (this.#queried.get(manifests) ?? 0) + 1);
  }

  releaseFilesOf(manifests: ReadonlyMap<number, Manifest>): void {
    const queries = this.#queried.get(manifests)! - 1;
    if (queries === 0) this.#queried.delete(manifests);
    else this.#queried.set(manifests, queries);
  }

  /** Starts the wait of files that a manifest has just stopped to name: their time of change becomes now. */
  async retire(before: Manifest | undefined, after: Manifest | undefined): Promise<void> {
    const kept = new Set(after?.shards.flatMap(filesOf));
    const now = new Date();
    for (const file of before?.shards.flatMap(filesOf) ?? []) {
      if (!kept.has(file)) await utimes(join(this.folder, file), now, now).catch(() => undefined);
    }
  }

  /** Removes what can go and answers its names; temporary files go when their writer is dead. */
  async sweep(manifests: Iterable<Manifest>): Promise<string[]> {
    const queried = [...this.#queried.keys()].flatMap((held) => [...held.values()]);
    const named = new Set([...manifests, ...queried].flatMap(({ shards }) => shards.flatMap(filesOf)));
    const removed: string[] = [];
    for (const file of await readdir(this.folder)) {
      if (named.has(file) || this.#inUse.has(file)) continue;
      if (file.endsWith(TEMPORARY_SUFFIX) ? !isOrphan(file) : !(await this.#waited(file))) continue;
      await unlink(join(this.folder, file)).catch(() => undefined);
      removed.push(file);
    }
    return removed;
  }

  async #waited(file: string): Promise<boolean> {
    const found = await stat(join(this.folder, file)).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs >= this.retireAfter;
  }
}
