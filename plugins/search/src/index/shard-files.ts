import { closeSync, openSync, readSync } from 'node:fs';
import { ShardCorruptError } from './shard-layout.js';

/**
 * Positional reads with a bounded number of open descriptors, least recently used closed first. One per thread.
 * Reads are synchronous on purpose: they come out of the page cache, where a promise costs more than the read.
 */
export class ShardFiles {
  readonly #descriptors = new Map<string, number>();

  constructor(private readonly maxOpen = 48) {}

  /** Fills `target` from `position`. @throws ShardCorruptError when the file ends before that */
  read(path: string, target: Uint8Array, position: number): void {
    const descriptor = this.#descriptor(path);
    let filled = 0;
    while (filled < target.length) {
      const count = readSync(descriptor, target, filled, target.length - filled, position + filled);
      if (count === 0) throw new ShardCorruptError(`the file ends ${target.length - filled} bytes early`);
      filled += count;
    }
  }

  forget(path: string): void {
    const descriptor = this.#descriptors.get(path);
    if (descriptor === undefined) return;
    this.#descriptors.delete(path);
    closeSync(descriptor);
  }

  close(): void {
    for (const path of [...this.#descriptors.keys()]) this.forget(path);
  }

  #descriptor(path: string): number {
    const known = this.#descriptors.get(path);
    if (known !== undefined) {
      this.#descriptors.delete(path);
      this.#descriptors.set(path, known);
      return known;
    }
    if (this.#descriptors.size >= this.maxOpen) this.forget(this.#descriptors.keys().next().value!);
    const descriptor = openSync(path, 'r');
    this.#descriptors.set(path, descriptor);
    return descriptor;
  }
}
