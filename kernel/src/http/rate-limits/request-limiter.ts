import { type Actor, addressBlock, SextantError } from '@sextant/sdk';
import { LRUCache } from 'lru-cache';
import type { LimitStore } from '../../cache/limit-store.js';

export interface RequestLimits {
  readonly enabled: boolean;
  /** Milliseconds in which a bucket fills. */
  readonly window: number;
  /** Points that a signed-in user may spend within a window: the tokens and sessions of one person share them. */
  readonly perUser: number;
  /** The same for each address (of IPv6: network) of those who are not signed in. */
  readonly perAddress: number;
  /** How many times as much a site admin may spend. */
  readonly siteAdminFactor: number;
}

export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  readonly remaining: number;
  /** Milliseconds until all of it is there again. */
  readonly reset: number;
  /** Milliseconds until what was asked for is there; 0 when allowed. */
  readonly retryAfter: number;
}

interface Bucket {
  tokens: number;
  at: number;
  /** Points that the shared store does not know of yet. */
  pending: number;
  syncing: boolean;
}

export interface RequestLimiterParts {
  limits(): RequestLimits;
  /** Shared by all processes; undefined where there is none. */
  readonly shared?: LimitStore | undefined;
  /** Milliseconds that never jump back. */
  readonly now?: () => number;
}

/** Buckets in this process. Of more, the least recently used are forgotten, which refills them. */
const MOST_BUCKETS = 20_000;
/** Share of a bucket that is spent before the shared store hears of it: a normal client never waits for it nor loads it. */
const SYNC_SHARE = 0.01;

/**
 * Token buckets of users and addresses. A request is decided in memory, without waiting. What was spent goes to the shared store in steps of a hundredth of
 * the bucket, and comes back as what other processes have left: together they admit at most a hundredth more per process.
 */
export class RequestLimiter {
  readonly #buckets = new LRUCache<string, Bucket>({ max: MOST_BUCKETS });

  constructor(private readonly parts: RequestLimiterParts) {}

  /** Undefined for those who are not limited: other processes of Sextant, and the admin of local mode. */
  take(actor: Actor, remoteAddress: string, cost = 1): RateDecision | undefined {
    if (cost <= 0) return undefined;
    const { enabled, window, perUser, perAddress, siteAdminFactor } = this.parts.limits();
    if (!enabled || actor.kind === 'internal' || actor.via === 'local') return undefined;
    const known = actor.kind === 'user';
    const limit = known ? perUser * (actor.siteAdmin ? siteAdminFactor : 1) : perAddress;
    const key = known ? actor.id : `address:${addressBlock(remoteAddress)}`;
    const bucket = this.#refilled(key, limit, window);
    // What costs more than a whole bucket takes a whole one.
    const points = Math.min(cost, limit);
    const allowed = bucket.tokens >= points;
    if (allowed) {
      bucket.tokens -= points;
      bucket.pending += points;
      this.#sync(key, bucket, limit, window);
    }
    const perPoint = window / limit;
    return {
      allowed,
      limit,
      window,
      remaining: Math.floor(bucket.tokens),
      reset: Math.ceil((limit - bucket.tokens) * perPoint),
      retryAfter: allowed ? 0 : Math.max(1, Math.ceil((points - bucket.tokens) * perPoint)),
    };
  }

  /** For tests. */
  get size(): number {
    return this.#buckets.size;
  }

  #refilled(key: string, limit: number, window: number): Bucket {
    const now = (this.parts.now ?? performance.now.bind(performance))();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: limit, at: now, pending: 0, syncing: false };
      this.#buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(limit, bucket.tokens + ((now - bucket.at) * limit) / window);
    bucket.at = now;
    return bucket;
  }

  #sync(key: string, bucket: Bucket, limit: number, window: number): void {
    const { shared } = this.parts;
    if (shared === undefined || bucket.syncing || bucket.pending < limit * SYNC_SHARE) return;
    const spent = Math.min(bucket.pending, limit);
    bucket.syncing = true;
    bucket.pending -= spent;
    shared
      .take(`kernel:requests:${key}`, limit, window, spent)
      .then(
        // Where less is left than was spent here, others have spent it: the rest is all there is.
        ({ left }) => {
          bucket.tokens = Math.min(bucket.tokens, Math.max(0, left - bucket.pending));
        },
        // Without the store each process limits for itself.
        () => undefined,
      )
      .finally(() => {
        bucket.syncing = false;
      });
  }
}

/** Of the IETF draft (draft-ietf-httpapi-ratelimit-headers): the policy, and what is left of it. */
export const rateLimitHeaders = ({ limit, window, remaining, reset }: RateDecision): Readonly<Record<string, string>> => ({
  'ratelimit-policy': `"default";q=${limit};w=${Math.ceil(window / 1000)}`,
  ratelimit: `"default";r=${remaining};t=${Math.ceil(reset / 1000)}`,
});

export const rateLimited = ({ limit, window, retryAfter }: RateDecision): SextantError =>
  new SextantError('SEXTANT_HTTP_RATE_LIMITED', {
    what: 'Too many requests.',
    why: `The limit is ${limit} per ${Math.ceil(window / 1000)} seconds.`,
    fix: `Wait ${Math.ceil(retryAfter / 1000)} seconds, or ask a site admin to raise http.rateLimit.`,
    details: { retryAfter },
  });
