import { type Cache, type LimitDecision, Secret, SextantError } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RateLimits, Turn, TurnRequest } from '../api/rate-limits.js';
import { HostRateLimits } from './host-rate-limits.js';

const HOST = 'https://git.example.com/api';
const credential = new Secret('hunter2-canary');
const never = new AbortController().signal;

let clock: TestClock;
let stored: Map<string, unknown>;
let cache: Cache;
let buckets: Map<string, { tokens: number; at: number }>;

beforeEach(() => {
  clock = new TestClock();
  stored = new Map();
  buckets = new Map();
  cache = {
    get: async <V>(key: string) => stored.get(key) as V | undefined,
    set: async (key, value) => void stored.set(key, JSON.parse(JSON.stringify(value))),
    delete: async (key) => void stored.delete(key),
    getOrCompute: async (_key, _options, compute) => compute(),
  };
});

const limits = {
  take: async (key: string, { capacity, per, cost = 1 }: { capacity: number; per: number; cost?: number }): Promise<LimitDecision> => {
    const now = clock.monotonic();
    const bucket = buckets.get(key) ?? { tokens: capacity, at: now };
    const tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) * capacity) / per);
    const allowed = tokens >= cost;
    buckets.set(key, { tokens: allowed ? tokens - cost : tokens, at: now });
    return { allowed, remaining: Math.floor(tokens), retryAfter: allowed ? 0 : Math.ceil(((cost - tokens) * per) / capacity) };
  },
};
/** One process: several share cache and buckets. */
const aProcess = (): RateLimits => new HostRateLimits({ clock, cache, limits, random: () => 0 });
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const turn = (process: RateLimits, request: Partial<TurnRequest> = {}): Promise<Turn> =>
  process.turn({ host: HOST, credential, priority: 'background', signal: never, ...request });
async function spend(
  process: RateLimits,
  headers: Record<string, string> = {},
  request: Partial<TurnRequest> = {},
  status = 200,
): Promise<void> {
  using granted = await turn(process, request);
  await granted.learn({ status, headers: new Headers(headers) });
}
const remaining = (left: number, limit = 100, reset = 600): Record<string, string> => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(left),
  'x-ratelimit-reset': String(reset),
});
/** What a request has come to when everything that can go on has gone on. */
async function outcomes(...requests: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const states = requests.map(() => 'waits');
  requests.forEach((request, at) => {
    request.then(
      () => void (states[at] = 'done'),
      () => void (states[at] = 'failed'),
    );
  });
  await settle();
  await settle();
  return states;
}

describe('what a host allows', () => {
  it('is not asked for beyond: background work leaves the last tenth to people, and waits for the reset', async () => {
    const process = aProcess();
    await spend(process, remaining(10));
    const background = spend(process, remaining(99));
    const person = spend(process, remaining(9), { priority: 'interactive' });
    expect(await outcomes(background, person)).toEqual(['waits', 'done']);
    await clock.advance(599_000);
    expect(await outcomes(background)).toEqual(['waits']);
    await clock.advance(2_000);
    expect(await outcomes(background)).toEqual(['done']);
  });

  it('is spent by those on their way too, before their answers are there', async () => {
    const process = aProcess();
    await spend(process, remaining(13));
    const granted = [turn(process), turn(process), turn(process), turn(process)];
    expect(await outcomes(...granted)).toEqual(['done', 'done', 'done', 'waits']);
  });

  it('is not taken for less by an answer that comes late', async () => {
    const process = aProcess();
    await spend(process, remaining(50));
    await clock.advance(601_000);
    await spend(process, remaining(99));
    await spend(process, { ...remaining(0), 'x-ratelimit-reset': '1' });
    expect((await process.state({ host: HOST, credential })).remaining).toBeGreaterThan(90);
  });
});

describe('a host that refuses', () => {
  it('is left alone for as long as it says, by every process, and other credentials go on', async () => {
    const [one, other] = [aProcess(), aProcess()];
    await spend(other);
    await spend(one, { 'retry-after': '120' }, {}, 429);
    await clock.advance(1_000);
    const waiting = [spend(one), spend(other), spend(other, {}, { priority: 'interactive' })];
    const elsewhere = spend(one, {}, { credential: new Secret('another') });
    expect(await outcomes(...waiting, elsewhere)).toEqual(['waits', 'waits', 'waits', 'done']);
    expect((await other.state({ host: HOST, credential })).pausedUntil).toEqual(new Date('2026-01-01T00:02:00Z'));
    await clock.advance(120_000);
    expect(await outcomes(...waiting)).toEqual(['done', 'done', 'done']);
  });

  it('without saying for how long is left alone longer each time', async () => {
    const process = aProcess();
    const pauses: number[] = [];
    for (let refusal = 0; refusal < 6; refusal++) {
      await spend(process, {}, {}, 429);
      const { pausedUntil } = await process.state({ host: HOST, credential });
      const pause = (pausedUntil?.getTime() ?? 0) - clock.now().getTime();
      pauses.push(pause / 60_000);
      await clock.advance(pause);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 15, 15]);
  });

  it('leaves no credential where what was learned is kept', async () => {
    await spend(aProcess(), { 'retry-after': '120' }, {}, 429);
    expect(JSON.stringify([...stored, ...buckets])).not.toContain('canary');
  });
});

describe('those who wait', () => {
  it('are let in people first, and so many at once', async () => {
    const process = aProcess();
    const open: Turn[] = [];
    const order: string[] = [];
    const ask = (name: string, priority: 'interactive' | 'background'): Promise<void> =>
      turn(process, { priority, limits: { concurrency: 2 } }).then((granted) => {
        order.push(name);
        open.push(granted);
      });
    const all = [ask('a', 'background'), ask('b', 'background'), ask('c', 'background'), ask('person', 'interactive')];
    await outcomes(...all);
    expect(open).toHaveLength(2);
    while (open.length > 0) {
      open.shift()?.[Symbol.dispose]();
      await outcomes(...all);
    }
    expect(order.indexOf('person')).toBeLessThan(order.indexOf('c'));
    expect(order).toHaveLength(4);
  });

  it('end with the reason of their signal', async () => {
    const process = aProcess();
    await spend(process, { 'retry-after': '120' }, {}, 429);
    const controller = new AbortController();
    const waiting = turn(process, { signal: controller.signal });
    await settle();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect((await process.state({ host: HOST, credential })).waiting).toBe(0);
  });

  it('are told at once when it takes longer than their patience', async () => {
    const process = aProcess();
    await spend(process, { 'retry-after': '120' }, {}, 429);
    const error = await turn(process, { priority: 'interactive', patience: 10_000 }).catch((thrown: unknown) => thrown);
    expect(SextantError.is(error) && [error.code, error.details]).toEqual([
      'SEXTANT_CODE_HOST_RATE_LIMITED',
      { retryAt: '2026-01-01T00:02:00.000Z' },
    ]);
  });
});

describe('limits known beforehand', () => {
  it('are one budget of all processes', async () => {
    const processes = [aProcess(), aProcess()];
    const known = { limits: { requestsPerHour: 10 } };
    for (let request = 0; request < 10; request++) await spend(processes[request % 2] as RateLimits, {}, known);
    const next = spend(processes[0] as RateLimits, {}, known);
    expect(await outcomes(next)).toEqual(['waits']);
    await clock.advance(361_000);
    expect(await outcomes(next)).toEqual(['done']);
  });

  it('hold for what creates something apart', async () => {
    const process = aProcess();
    const creating = { creates: true, limits: { creation: [{ capacity: 2, per: 60_000 }] } };
    await spend(process, {}, creating);
    await spend(process, {}, creating);
    const third = spend(process, {}, creating);
    expect(await outcomes(third)).toEqual(['waits']);
    await clock.advance(31_000);
    expect(await outcomes(third)).toEqual(['done']);
  });
});

describe('the time of completion', () => {
  it.each([50, 500, 2_000, 9_000])('of %d requests is told within a tenth of what it takes', async (requests) => {
    const process = aProcess();
    // A host with 1,000 requests an hour, whose answers take a second.
    let window = { end: clock.monotonic() + 3_600_000, left: 1_000 };
    const ask = async (): Promise<void> => {
      using granted = await turn(process);
      await clock.sleep(1_000);
      if (clock.monotonic() >= window.end) window = { end: clock.monotonic() + 3_600_000, left: 1_000 };
      expect(window.left).toBeGreaterThan(0);
      window.left--;
      await granted.learn({ status: 200, headers: new Headers(remaining(window.left, 1_000, (window.end - clock.monotonic()) / 1_000)) });
    };
    const first = Array.from({ length: 16 }, ask);
    await settle();
    await clock.advance(10_000);
    await Promise.all(first);
    const begun = clock.monotonic();
    const told = (await process.completion({ host: HOST, credential, requests })).getTime() - clock.now().getTime();
    const all = Promise.all(Array.from({ length: requests }, ask)).then(() => clock.monotonic() - begun);
    let taken: number | undefined;
    void all.then((time) => {
      taken = time;
    });
    while (taken === undefined) {
      await settle();
      await clock.advance(60_000);
    }
    expect(Math.abs(told - taken)).toBeLessThanOrEqual(Math.max(taken * 0.1, 2_000));
  });
});

it('goes slower once the host found it too fast, and people do not wait for that', async () => {
  const process = aProcess();
  for (let i = 0; i < 600; i++) {
    await clock.advance(50);
    await spend(process, remaining(4_000, 5_000, 3_600));
  }
  await spend(process, { ...remaining(3_999, 5_000, 3_600), 'retry-after': '60' }, {}, 403);
  await clock.advance(60_000);
  await spend(process, remaining(3_998, 5_000, 3_600));
  const next = turn(process);
  expect(await outcomes(next)).toEqual(['waits']);
  (await turn(process, { priority: 'interactive' }))[Symbol.dispose]();
  await clock.advance(120);
  expect(await outcomes(next)).toEqual(['done']);
});

it('takes a refusal after few requests for no sign of going too fast', async () => {
  const process = aProcess();
  await spend(process, { ...remaining(3_999, 5_000, 3_600), 'retry-after': '60' }, {}, 403);
  await clock.advance(60_000);
  await spend(process, remaining(3_998, 5_000, 3_600));
  const next = turn(process);
  expect(await outcomes(next)).toEqual(['done']);
});
