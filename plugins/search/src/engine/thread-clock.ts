// Both stand on one clock of the process. They differ by when this thread began, which never changes.
const [seconds, nanoseconds] = process.hrtime();
const OFFSET = seconds * 1e3 + nanoseconds / 1e6 - performance.now();

/**
 * Milliseconds on a clock that nobody sets, the same in all threads of a process: a deadline that one thread writes, another can keep.
 * `performance.now()` begins anew in each thread, and the time of day jumps.
 */
export const threadClock = (): number => OFFSET + performance.now();
