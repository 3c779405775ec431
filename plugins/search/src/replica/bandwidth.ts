import { setTimeout as wait } from 'node:timers/promises';

/** Bytes a second that all copies of a process take together; undefined: as many as there are. */
export class Bandwidth {
  #freeAt = 0;

  constructor(private readonly bytesPerSecond: number | undefined) {}

  /** Resolves when `bytes` more may be taken. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.bytesPerSecond === undefined) return;
    const now = performance.now();
    const start = Math.max(now, this.#freeAt);
    this.#freeAt = start + (bytes / this.bytesPerSecond) * 1000;
    if (start > now) await wait(start - now, undefined, { signal });
  }
}
