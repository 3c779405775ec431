import type { Redis } from 'ioredis';
import type { LimitStore } from './limit-store.js';

// One script, so that two processes cannot take the same token; by Redis's clock, so that theirs need not agree.
const TAKE = `
  local capacity, per, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
  local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
  local tokens, at = tonumber(bucket[1]) or capacity, tonumber(bucket[2]) or now
  local available = math.min(capacity, tokens + math.max(0, now - at) * capacity / per)
  local allowed = available >= cost
  if allowed then available = available - cost end
  redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', available), 'at', string.format('%.17g', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(per))
  return { allowed and 1 or 0, string.format('%.17g', available) }`;

export class RedisLimitStore implements LimitStore {
  constructor(
    private readonly redis: Redis,
    private readonly prefix = 'sextant:limit:',
  ) {}

  async take(key: string, capacity: number, per: number, cost: number): Promise<{ allowed: boolean; left: number }> {
    const [allowed, left] = (await this.redis.eval(TAKE, 1, this.prefix + key, capacity, per, cost)) as [number, string];
    return { allowed: allowed === 1, left: Number(left) };
  }
}
