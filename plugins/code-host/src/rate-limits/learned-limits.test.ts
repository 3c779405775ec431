import { describe, expect, it } from 'vitest';
import { readLimits } from './learned-limits.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
/** A host whose clock is an hour ahead of ours. */
const DATE = 'Thu, 01 Jan 2026 01:00:00 GMT';
const at = (seconds: number): string => String(Date.parse(DATE) / 1_000 + seconds);
const read = (status: number, headers: Record<string, string>, limited?: boolean) =>
  readLimits({ status, headers: new Headers(headers), ...(limited === undefined ? {} : { limited }) }, NOW);

describe('an answer', () => {
  it.each<[string, number, Record<string, string>, object]>([
    ['without limits', 200, {}, { limit: undefined, remaining: undefined, resetIn: undefined, pause: undefined }],
    [
      'with a reset since 1970, by the clock of the host',
      200,
      { date: DATE, 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': at(60) },
      { limit: 5000, remaining: 4999, resetIn: 60_000, pause: undefined },
    ],
    [
      'with a reset in seconds',
      200,
      { 'ratelimit-limit': '60', 'ratelimit-remaining': '0', 'ratelimit-reset': '30' },
      { remaining: 0, resetIn: 30_000, pause: undefined },
    ],
    ['429 with seconds', 429, { 'retry-after': '17' }, { pause: 17_000 }],
    ['429 with a date', 429, { date: DATE, 'retry-after': 'Thu, 01 Jan 2026 01:00:30 GMT' }, { pause: 30_000 }],
    ['429 without anything', 429, {}, { pause: 0 }],
    ['403 of a secondary limit', 403, { 'retry-after': '60' }, { pause: 60_000 }],
    ['403 of the primary limit', 403, { date: DATE, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(90) }, { pause: 90_000 }],
    ['403 for another reason', 403, { 'x-ratelimit-remaining': '10' }, { pause: undefined }],
    ['503 that says when', 503, { 'retry-after': '5' }, { pause: 5_000 }],
    ['that is good, and asks to slow down', 200, { 'retry-after': '4' }, { pause: 4_000, refused: false }],
    ['that is good, and says that one need not wait', 200, { 'retry-after': '0' }, { pause: undefined }],
    ['of work that goes on, and is to be asked for later', 202, { 'retry-after': '4' }, { pause: undefined }],
    ['503 that does not', 503, {}, { pause: undefined }],
    [
      'that lies in words',
      429,
      { 'retry-after': 'soon', 'x-ratelimit-remaining': '-3', 'x-ratelimit-limit': 'many' },
      { limit: undefined, remaining: undefined, pause: 0 },
    ],
    ['that would keep us out for a year', 429, { 'retry-after': '31536000' }, { pause: 24 * 3_600_000 }],
  ])('%s is understood', (_what, status, headers, expected) => {
    expect(read(status, headers)).toMatchObject(expected);
  });

  it('is one of a limit when its body says so', () => {
    expect(read(403, {}, true)).toMatchObject({ pause: 0 });
    expect(read(200, {}, true)).toMatchObject({ pause: 0 });
  });
});
