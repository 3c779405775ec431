import { closeSync, readSync } from 'node:fs';
import { ScanMemory } from '../regex/scan/scan-memory.js';
import { openOrExplain } from './open-shard.js';
import { PostingCache } from './posting-cache.js';
import { ShardCorruptError } from './shard-layout.js';

const READ_AHEAD_BYTES = 256 << 10;
/** The largest file that is indexed by default; there is one such buffer for each thread that searches. */
const VIEW_BYTES = 1 << 20;
/** As much as is counted in one go, and some. */
const PART_BYTES = 320 << 10;
const READ_AHEAD_GAP = 8 << 10;
const FIRST_AHEAD_BYTES = 16 << 10;
const CHECK_EVERY_MS = 10_000;
const UNUSED_MS = 60_000;

/**
 * Positional reads with a bounded number of open descriptors, least recently used closed first. One per thread.
 * Reads are synchronous on purpose: they come out of the page cache, where a promise costs more than the read.
 */
export class ShardFiles {
  readonly lists = new PostingCache();
  readonly #descriptors = new Map<string, { readonly descriptor: number; usedAt: number }>();
  /** Most reads go where the one before went. */
  #last: { readonly path: string; readonly descriptor: number } | undefined;
  #nextCheck = 0;
  /** Bytes read at once: more and more, while a file is read in order. */
  #ahead = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #part: Buffer = Buffer.alloc(0);
  #window = { path: '', start: 0, end: 0 };

  constructor(private readonly maxOpen = 48) {}

  /** Fills `target` from `position`. @throws ShardCorruptError when the file ends before that, or is gone */
  read(path: string, target: Uint8Array, position: number): void {
    const descriptor = this.#descriptor(path);
    let filled = 0;
    while (filled < target.length) {
      const count = readSync(descriptor, target, filled, target.length - filled, position + filled);
      if (count === 0) throw new ShardCorruptError(`the file ends ${target.length - filled} bytes early`);
      filled += count;
    }
  }

  /**
   * Bytes start–end of a file, in a buffer that the next call overwrites. Reads ahead when a file is read in order, since
   * one large read costs less than many small ones.
   */
  view(path: string, start: number, end: number, fileLength: number): Buffer {
    const { path: known, start: from, end: to } = this.#window;
    if (path !== known || start < from || end > to) {
      const inOrder = path === known && start >= from && start - to < READ_AHEAD_GAP;
      this.#ahead = inOrder ? Math.min(Math.max(this.#ahead * 2, FIRST_AHEAD_BYTES), READ_AHEAD_BYTES) : 0;
      const length = Math.max(end - start, Math.min(this.#ahead, fileLength - start));
      if (this.#buffer.length < length) this.#buffer = ScanMemory.allocate(Math.max(length, VIEW_BYTES));
      // Should the read fail, what is in the buffer belongs to no file.
      this.#window = { path: '', start: 0, end: 0 };
      this.read(path, this.#buffer.subarray(0, length), start);
      this.#window = { path, start, end: start + length };
    }
    return this.#buffer.subarray(start - this.#window.start, end - this.#window.start);
  }

  /** Bytes start–end of a file, in a buffer that the next call overwrites; what `view` reads ahead stays as it is. */
  part(path: string, start: number, end: number): Buffer {
    if (this.#part.length < end - start) this.#part = ScanMemory.allocate(Math.max(end - start, PART_BYTES));
    const part = this.#part.subarray(0, end - start);
    this.read(path, part, start);
    return part;
  }

  forget(path: string): void {
    const open = this.#descriptors.get(path);
    if (open === undefined) return;
    this.#descriptors.delete(path);
    this.#last = undefined;
    closeSync(open.descriptor);
  }

  close(): void {
    for (const path of [...this.#descriptors.keys()]) this.forget(path);
  }

  #descriptor(path: string): number {
    if (this.#last?.path === path) return this.#last.descriptor;
    const descriptor = this.#openDescriptor(path);
    this.#last = { path, descriptor };
    return descriptor;
  }

  #openDescriptor(path: string): number {
    const now = performance.now();
    if (now > this.#nextCheck) this.#closeUnused(now);
    const known = this.#descriptors.get(path);
    if (known !== undefined) {
      known.usedAt = now;
      this.#descriptors.delete(path);
      this.#descriptors.set(path, known);
      return known.descriptor;
    }
    if (this.#descriptors.size >= this.maxOpen) this.forget(this.#descriptors.keys().next().value!);
    const descriptor = openOrExplain(path);
    this.#descriptors.set(path, { descriptor, usedAt: now });
    return descriptor;
  }

  /** A removed file takes up its space until its last descriptor is closed. */
  #closeUnused(now: number): void {
    this.#nextCheck = now + CHECK_EVERY_MS;
    for (const [path, { usedAt }] of this.#descriptors) if (now - usedAt > UNUSED_MS) this.forget(path);
  }
}
