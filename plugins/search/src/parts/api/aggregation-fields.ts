import type { Operation } from '@sextant/sdk';
import type { AggregationMode, Search } from '../../api.js';
import { completenessOf } from './completeness-of.js';
import type { LazyAnswer } from './lazy-answer.js';

const MODES = {
  REPO: 'repo',
  PATH: 'path',
  AUTHOR: 'author',
  LANGUAGE: 'language',
  CAPTURE_GROUP: 'capture-group',
} as const satisfies Readonly<Record<string, AggregationMode>>;
type Mode = keyof typeof MODES;

/** The fields of Search that group its matches. */
export const aggregationFields = (service: Search) => ({
  aggregation: async ({ request }: LazyAnswer, args: { groupBy: Mode; first: number }, op: Operation) => {
    const {
      by: _by,
      verdict,
      ...answer
    } = await service.aggregate({
      query: request.query,
      actor: op.actor,
      signal: op.signal,
      by: MODES[args.groupBy],
      first: args.first,
      ...(request.patternType ? { patternType: request.patternType } : {}),
    });
    return { ...answer, groupBy: args.groupBy, completeness: completenessOf(verdict) };
  },
  aggregationModes: ({ request }: LazyAnswer) => {
    const reasons = service.aggregationModes(request.query, request.patternType);
    return Object.entries(MODES).map(([mode, by]) => ({ mode, available: reasons[by] === undefined, reason: reasons[by] ?? null }));
  },
});
