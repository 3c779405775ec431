import { declareErrors } from '@sextant/sdk';

export const cacheErrors = declareErrors({
  SEXTANT_LIMIT_INVALID: {
    status: 500,
    summary: 'A token bucket makes no sense: its capacity, period or cost is not positive, or the cost can never be paid.',
    fix: 'Correct the named number.',
  },
});
