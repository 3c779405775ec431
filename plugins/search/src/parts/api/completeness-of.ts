import type { Verdict } from '../../api.js';

/** A verdict as the type SearchCompleteness has it. */
export const completenessOf = (verdict: Verdict) => ({
  ...verdict,
  reasons: verdict.reasons.map((r) => ({ ...r, repositories: r.repositories ?? [], count: r.count ?? 0 })),
});
