import { type LimitDecision, type Limits, SextantError } from '@sextant/sdk';
import './cache-errors.js';
import type { LimitStore } from './limit-store.js';

/** A plugin's token buckets in a store. */
export class PluginLimits implements Limits {
  constructor(
    private readonly plugin: string,
    private readonly store: LimitStore,
  ) {}

  async take(key: string, bucket: Parameters<Limits['take']>[1]): Promise<LimitDecision> {
    const { capacity, per } = bucket;
    const cost = bucket.cost ?? 1;
    if (!(capacity > 0 && per > 0 && cost > 0 && cost <= capacity && Number.isFinite(capacity) && Number.isFinite(per))) {
      throw new SextantError('SEXTANT_LIMIT_INVALID', {
        what: `The bucket "${key}" of "${this.plugin}" has capacity ${capacity}, period ${per} ms and cost ${cost}.`,
        why: 'All must be positive, and the cost at most the capacity.',
        fix: 'Correct the number.',
      });
    }
    const { allowed, left } = await this.store.take(`${this.plugin}:${key}`, capacity, per, cost);
    return { allowed, remaining: Math.floor(left), retryAfter: allowed ? 0 : Math.max(1, Math.ceil(((cost - left) * per) / capacity)) };
  }
}
