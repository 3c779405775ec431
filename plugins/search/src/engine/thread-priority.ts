import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Elsewhere a priority belongs to a whole process. */
export const canLowerThreadPriority = process.platform === 'linux';

/**
 * Lowers the priority of the calling thread alone. It cannot be raised again without privileges.
 * @param nice 0–19; 19 gives way to everything
 */
export function lowerThreadPriority(nice: number): void {
  if (!canLowerThreadPriority) return;
  try {
    // To the kernel a thread is a task with an id of its own: <pid>/task/<id>.
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), nice);
  } catch {
    // A sandbox may forbid it. The search is right all the same.
  }
}
