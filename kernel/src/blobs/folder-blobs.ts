import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobInfo, Blobs } from '@sextant/sdk';
import { BLOB_ENDING, checkKey, checkPrefix, checkRange } from './blob-key.js';

const PARTS = '.incoming';
const ABANDONED = 24 * 3_600_000;
const CHUNK = 256 * 1024;

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');

/** Blobs as files below one folder: written aside, flushed, and renamed into place. */
export class FolderBlobs implements Blobs {
  readonly #home: string;

  /** `root` is shared by all plugins; several processes may use it at once. */
  constructor(
    private readonly root: string,
    plugin: string,
  ) {
    this.#home = join(root, plugin);
  }

  /** Removes what killed processes were writing. Files younger than a day may still be under way elsewhere. */
  static async sweep(root: string, now: number = Date.now()): Promise<number> {
    const folder = join(root, PARTS);
    let removed = 0;
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info === undefined || now - info.mtimeMs < ABANDONED) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async put(
    key: string,
    content: AsyncIterable<Uint8Array> | Uint8Array,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<BlobInfo> {
    const target = this.#path(key);
    const part = join(this.root, PARTS, randomUUID());
    await mkdir(dirname(part), { recursive: true, mode: 0o700 });
    const file = await open(part, 'wx', 0o600);
    try {
      let size = 0;
      const source = content instanceof Uint8Array ? [content] : options.signal ? endingWith(content, options.signal) : content;
      for await (const chunk of source) {
        options.signal?.throwIfAborted();
        await writeAll(file, chunk);
        size += chunk.byteLength;
      }
      options.signal?.throwIfAborted();
      await file.sync();
      const { mtime } = await file.stat();
      await file.close();
      await this.#place(part, target);
      return { key, size, modifiedAt: mtime };
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(part, { force: true });
      throw options.signal?.aborted ? options.signal.reason : error;
    }
  }

  async get(key: string, options: NonNullable<Parameters<Blobs['get']>[1]> = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (options.range) checkRange(options.range);
    const path = this.#path(key);
    options.signal?.throwIfAborted();
    // Opened now: whoever replaces or deletes the blob later does not change what this reader sees.
    const file = await open(path, 'r').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return file && read(file, options);
  }

  async head(key: string): Promise<BlobInfo | undefined> {
    const info = await stat(this.#path(key)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return info && { key, size: info.size, modifiedAt: info.mtime };
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await rm(path, { force: true }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    for (let folder = dirname(path); folder !== this.#home; folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch {
        return; // not empty
      }
    }
  }

  async list(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): Promise<readonly BlobInfo[]> {
    checkPrefix(prefix);
    const found: BlobInfo[] = [];
    const limit = options.limit ?? 1_000;
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for await (const key of this.#walk(folder, prefix, options.after ?? '')) {
      if (found.length >= limit) break;
      const info = await this.head(key);
      if (info) found.push(info);
    }
    return found;
  }

  /** Keys in order, without entering folders that lie before `after` or outside `prefix`. */
  async *#walk(folder: string, prefix: string, after: string): AsyncGenerator<string> {
    const entries = await readdir(join(this.#home, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const keys = entries
      .map((entry) => (entry.isDirectory() ? `${folder}${entry.name}/` : `${folder}${entry.name.slice(0, -BLOB_ENDING.length)}`))
      .sort();
    for (const key of keys) {
      if (key.endsWith('/')) {
        const mayHold = (key.startsWith(prefix) || prefix.startsWith(key)) && (after < key || after.startsWith(key));
        if (mayHold) yield* this.#walk(key, prefix, after);
      } else if (key.startsWith(prefix) && key > after) yield key;
    }
  }

  #path(key: string): string {
    checkKey(key);
    return join(this.#home, key + BLOB_ENDING);
  }

  async #place(part: string, target: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      try {
        await rename(part, target);
        break;
      } catch (error) {
        // A delete beside us may have removed the empty folder in between.
        if (!isMissing(error) || attempt >= 10) throw error;
      }
    }
    // The name is durable when the folder is.
    const folder = await open(dirname(target), 'r').catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  }
}

/** A source that has nothing to give yet must not hold an abort up: it is left behind, not waited for. */
async function* endingWith(content: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = content[Symbol.asyncIterator]();
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  aborted.catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await Promise.race([source.next(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    const returned = source.return?.();
    returned?.catch(() => undefined);
    if (!signal.aborted) await returned;
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) offset += (await file.write(chunk, offset)).bytesWritten;
}

async function* read(
  file: FileHandle,
  options: { readonly range?: { readonly start: number; readonly end?: number }; readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  try {
    let position = options.range?.start ?? 0;
    const end = options.range?.end ?? Number.MAX_SAFE_INTEGER;
    while (position < end) {
      options.signal?.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(CHUNK, end - position)), 0, undefined, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
