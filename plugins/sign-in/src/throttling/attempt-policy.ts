/** How the delay between two attempts grows with the failures before. Times are in milliseconds. */
export interface DelayCurve {
  /** Failures after which attempts are still not delayed. */
  readonly free: number;
  readonly first: number;
  readonly factor: number;
  readonly longest: number;
}

export interface AttemptCounter {
  readonly failures: number;
  /** When the last attempt was admitted that counts here; milliseconds since 1970. */
  readonly lastAt: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A counter is forgotten after this long without a failure. A shorter time would let more guesses through in a day than {@link CURVES} say. */
export const FORGET_AFTER = DAY;

export const CURVES = {
  /** A network and a name together: at most 62 guesses a day. */
  pair: { free: 5, first: 10 * SECOND, factor: 2, longest: 30 * MINUTE },
  /** A name, from wherever: at most 322 guesses a day, and the owner on a new device waits five minutes at most. */
  account: { free: 20, first: 10 * SECOND, factor: 1.3, longest: 5 * MINUTE },
  /** A network, whatever the names: at most 330 guesses a day. Many people may be behind one address. */
  address: { free: 30, first: 5 * SECOND, factor: 1.5, longest: 5 * MINUTE },
  /** A known device of the account, or a session of its person who proves who they are once more: at most 67 guesses a day. */
  device: { free: 10, first: 10 * SECOND, factor: 2, longest: 30 * MINUTE },
} as const satisfies Readonly<Record<string, DelayCurve>>;

export type CounterKind = keyof typeof CURVES;

/** Milliseconds until the next attempt is admitted; 0 for at once. */
export function delayOf(counter: AttemptCounter, { free, first, factor, longest }: DelayCurve, now: number): number {
  if (isForgotten(counter, now) || counter.failures < free) return 0;
  const delay = Math.min(longest, first * factor ** (counter.failures - free));
  // A clock that was set back must not make the delay longer.
  return Math.min(delay, Math.max(0, counter.lastAt + delay - now));
}

/** The counter once an attempt is admitted, which counts as a failure until it is known to be none. */
export const counted = (counter: AttemptCounter, now: number): AttemptCounter => ({
  failures: isForgotten(counter, now) ? 1 : counter.failures + 1,
  lastAt: now,
});

/** How long the attempt waits because of any of the counters; 0 admits it. Attempts that are not admitted count nowhere. */
export const waitFor = (counters: readonly (readonly [CounterKind, AttemptCounter])[], now: number): number =>
  Math.max(0, ...counters.map(([kind, counter]) => delayOf(counter, CURVES[kind], now)));

const isForgotten = ({ lastAt }: AttemptCounter, now: number): boolean => now - lastAt >= FORGET_AFTER;
