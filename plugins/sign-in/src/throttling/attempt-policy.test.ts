import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptCounter, type CounterKind, CURVES, counted, delayOf, FORGET_AFTER, waitFor } from './attempt-policy.js';

const DAY = 86_400_000;
const KINDS: readonly CounterKind[] = ['account', 'address', 'pair', 'device'];

/** Counters as the table has them. */
class Counters {
  readonly #rows = new Map<string, AttemptCounter>();

  /** @returns milliseconds to wait; 0 counts the attempt. */
  attempt(keys: readonly (readonly [CounterKind, string])[], now: number): number {
    const before = keys.map(([kind, key]) => [kind, this.#rows.get(`${kind} ${key}`) ?? { failures: 0, lastAt: now }] as const);
    const wait = waitFor(before, now);
    if (wait === 0) for (const [i, [kind, counter]] of before.entries()) this.#rows.set(`${kind} ${keys[i]?.[1]}`, counted(counter, now));
    return wait;
  }
}
const stranger = (address: string, name: string): readonly (readonly [CounterKind, string])[] => [
  ['account', name],
  ['address', address],
  ['pair', `${address} ${name}`],
];
/** As many guesses as there were in the worst day, each made as soon as it is admitted, and every so often after a pause. */
function mostInADay(kind: CounterKind, pauses: readonly number[]): number {
  let counter: AttemptCounter = { failures: 0, lastAt: 0 };
  const at: number[] = [];
  let now = 0;
  for (let i = 0; i < 900; i++) {
    if (i % 60 === 59) now += pauses[Math.floor(i / 60)] ?? 0;
    now += delayOf(counter, CURVES[kind], now);
    counter = counted(counter, now);
    at.push(now);
  }
  return Math.max(...at.map((start, i) => at.slice(i).filter((one) => one < start + DAY).length));
}

describe('a delay', () => {
  it.each([
    ['pair', 4, 0],
    ['pair', 5, 10_000],
    ['pair', 7, 40_000],
    ['pair', 100, 1_800_000],
    ['pair', 10_000, 1_800_000],
    ['account', 19, 0],
    ['account', 20, 10_000],
    ['account', 40, 300_000],
    ['address', 29, 0],
    ['address', 31, 7_500],
    ['device', 9, 0],
    ['device', 11, 20_000],
  ] as const)('by the counter "%s" after %i failures is %i ms', (kind, failures, delay) => {
    expect(delayOf({ failures, lastAt: 1_000 }, CURVES[kind], 1_000)).toBe(delay);
  });

  it('runs out, is not longer because a clock was set back, and is forgotten after a day', () => {
    const counter = { failures: 6, lastAt: DAY };
    expect([DAY - 5 * DAY, DAY, DAY + 19_999, DAY + 20_000].map((now) => delayOf(counter, CURVES.pair, now))).toEqual([
      20_000, 20_000, 1, 0,
    ]);
    expect(counted(counter, DAY + FORGET_AFTER)).toEqual({ failures: 1, lastAt: DAY + FORGET_AFTER });
  });
});

it.each([
  ['pair', 62],
  ['account', 322],
  ['address', 330],
  ['device', 67],
] as const)('by the counter "%s" lets at most %i guesses through in any day, however they are spread', (kind, most) => {
  expect(mostInADay(kind, [])).toBeLessThanOrEqual(most);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 * DAY }), { maxLength: 15 }), (pauses) => {
      expect(mostInADay(kind, pauses)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 25 },
  );
});

it('whatever strangers do, a known device is admitted within its own budget, and guesses stay within the bound for the account', () => {
  const step = fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 8 * 3_600_000 })),
    address: fc.integer({ min: 0, max: 40 }).map(String),
    times: fc.integer({ min: 1, max: 60 }),
    ownFailures: fc.integer({ min: 0, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const counters = new Counters();
      const guesses: number[] = [];
      let device = 0;
      let now = 0;
      for (const { after, address, times, ownFailures } of steps) {
        now += after;
        for (let i = 0; i < times; i++) if (counters.attempt(stranger(address, 'owner'), now) === 0) guesses.push(now);
        // The owner mistypes, and then knows it: each sign-in replaces the cookie, and with it the counter.
        for (let i = 0; i <= ownFailures; i++) expect(counters.attempt([['device', String(device)]], now)).toBe(0);
        device += 1;
        // Each refusal tells when the next attempt is admitted, if nobody else comes first.
        const wait = counters.attempt(stranger('of a new device', 'owner'), now);
        expect(wait).toBeLessThanOrEqual(CURVES.pair.longest);
      }
      for (const [i, start] of guesses.entries())
        expect(guesses.slice(i).filter((one) => one < start + DAY).length).toBeLessThanOrEqual(322);
    }),
    { numRuns: 100 },
  );
});

it('no order of the counters changes what is admitted', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...KINDS]), fc.nat(60), fc.nat(DAY), (kinds, failures, now) => {
      const counters = kinds.map((kind) => [kind, { failures, lastAt: 0 }] as const);
      expect(waitFor(counters, now)).toBe(waitFor(counters.toReversed(), now));
    }),
    { numRuns: 50 },
  );
});
