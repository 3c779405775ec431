import { declareErrors } from '@sextant/sdk';

export const cacheErrors = declareErrors({
  SEXTANT_CACHE_INVALID: {
    status: 500,
    summary: 'A value cannot be cached: JSON does not keep it, or its time to live is not a number of milliseconds.',
    fix: 'Cache plain data, with a ttl in milliseconds.',
  },
  SEXTANT_LIMIT_INVALID: {
    status: 500,
    summary: 'A token bucket makes no sense: its capacity, period or cost is not positive, or the cost can never be paid.',
    fix: 'Correct the named number.',
  },
});
