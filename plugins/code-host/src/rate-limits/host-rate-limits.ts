import { createHash } from 'node:crypto';
import { type Cache, type Clock, type Limits, SextantError } from '@sextant/sdk';
import type { KnownLimits, RateLimitState, RateLimits, Spender, Turn, TurnRequest } from '../api/rate-limits.js';
import { Budget, type SharedBudget } from './budget.js';
import { Gate } from './gate.js';
import { readLimits } from './learned-limits.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** What others found out is asked for no oftener, and what we found out told no oftener, than this; a pause is told at once. */
const SHARE_EVERY = SECOND;
const KEPT = 2 * HOUR;

interface Account {
  readonly key: string;
  readonly budget: Budget;
  readonly gate: Gate;
  limits: KnownLimits;
  readAt: number;
  toldAt: number;
}

/** The limits of code hosts. What one process learns the others read from the cache; where limits are known beforehand, all draw from one bucket. */
export class HostRateLimits implements RateLimits {
  readonly #accounts = new Map<string, Account>();

  constructor(
    private readonly parts: {
      readonly clock: Clock;
      readonly cache: Cache;
      readonly limits: Limits;
      /** From 0 to 1. */
      readonly random?: () => number;
    },
  ) {}

  async turn(request: TurnRequest): Promise<Turn> {
    const account = this.#account(request);
    account.limits = request.limits ?? account.limits;
    await account.gate.enter(request);
    const began = this.parts.clock.monotonic();
    let open = true;
    return {
      learn: (answer) => this.#learn(account, answer),
      [Symbol.dispose]: () => {
        if (!open) return;
        open = false;
        account.budget.answered(this.parts.clock.monotonic() - began);
        account.gate.leave();
      },
    };
  }

  async state(spender: Spender): Promise<RateLimitState> {
    const account = this.#account(spender);
    await this.#read(account);
    const { limit, perHour, remaining, resetAt, pausedUntil } = account.budget;
    const now = this.#now();
    return {
      limit,
      perHour,
      remaining,
      resetAt: resetAt === undefined ? undefined : new Date(resetAt),
      pausedUntil: pausedUntil > now ? new Date(pausedUntil) : undefined,
      waiting: account.gate.waiting,
    };
  }

  async completion({ requests, atOnce, ...spender }: Parameters<RateLimits['completion']>[0]): Promise<Date> {
    const account = this.#account(spender);
    await this.#read(account);
    const { requestsPerHour, concurrency } = account.limits;
    const slowest = requestsPerHour === undefined ? 0 : HOUR / requestsPerHour;
    return new Date(account.budget.completion(this.#now(), requests, slowest, atOnce ?? concurrency));
  }

  #account(spender: Spender): Account {
    const key = keyOf(spender);
    let account = this.#accounts.get(key);
    if (!account) {
      const made: Account = {
        key,
        budget: new Budget(),
        gate: new Gate({
          clock: this.parts.clock,
          wait: (request) => this.#wait(made, request),
          granted: (request) => made.budget.spend(request.cost ?? 1, this.#now()),
          tooLong: (request, wait) => limited(request, new Date(this.#now() + wait)),
        }),
        limits: {},
        readAt: Number.NEGATIVE_INFINITY,
        toldAt: Number.NEGATIVE_INFINITY,
      };
      account = made;
      this.#accounts.set(key, account);
    }
    return account;
  }

  async #wait(account: Account, { priority, cost = 1, creates = false, limits = {} }: TurnRequest): Promise<number> {
    await this.#read(account);
    const wait = account.budget.wait(this.#now(), priority, cost);
    if (wait > 0) return wait;
    const buckets = [
      ...(limits.requestsPerHour === undefined ? [] : [{ name: 'requests', capacity: limits.requestsPerHour, per: HOUR, cost }]),
      ...(creates ? (limits.creation ?? []).map((bucket) => ({ name: `creation/${bucket.per}`, ...bucket, cost: 1 })) : []),
    ];
    for (const { name, ...bucket } of buckets) {
      const { allowed, retryAfter } = await this.parts.limits.take(`host/${account.key}/${name}`, bucket);
      if (!allowed) return retryAfter;
    }
    return 0;
  }

  async #learn(account: Account, answer: Parameters<Turn['learn']>[0]): Promise<boolean> {
    const now = this.#now();
    const lesson = readLimits(answer, now);
    account.budget.learn(lesson, now, (this.parts.random ?? Math.random)());
    const tell =
      lesson.pause !== undefined || (lesson.remaining !== undefined && this.parts.clock.monotonic() - account.toldAt >= SHARE_EVERY);
    if (tell) {
      account.toldAt = this.parts.clock.monotonic();
      await this.parts.cache.set<SharedBudget>(cacheKey(account), account.budget.shared, { ttl: KEPT });
    }
    return lesson.refused;
  }

  async #read(account: Account): Promise<void> {
    const now = this.parts.clock.monotonic();
    if (now - account.readAt < SHARE_EVERY) return;
    account.readAt = now;
    const shared = await this.parts.cache.get<SharedBudget>(cacheKey(account));
    if (shared) account.budget.merge(shared);
  }

  #now(): number {
    return this.parts.clock.now().getTime();
  }
}

/** No credential can be read from it. */
function keyOf({ host, credential }: Spender): string {
  const { origin } = new URL(host);
  return `${origin}/${createHash('sha256')
    .update(credential?.reveal() ?? '')
    .digest('hex')
    .slice(0, 32)}`;
}

const cacheKey = ({ key }: Account): string => `rate-limits/${key}`;

const limited = ({ host }: TurnRequest, retryAt: Date): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_RATE_LIMITED', {
    what: `${new URL(host).host} is not asked now.`,
    why: `Its rate limit allows the next request at ${retryAt.toISOString()}.`,
    fix: 'Try again then.',
    details: { retryAt: retryAt.toISOString() },
  });
