import { RE2JS } from 're2js';
import type { GitConfig } from '../config.js';

type Intervals = Pick<GitConfig, 'minUpdateInterval' | 'maxUpdateInterval' | 'updateIntervals'>;

/**
 * Milliseconds until the next fetch: half the time since the last commit or the last change a fetch brought, within bounds;
 * or what the administrator fixed for the name.
 */
export function updateInterval(name: string, lastActivity: Date | undefined, now: Date, o: Intervals): number {
  const fixed = o.updateIntervals.find(({ pattern }) => matcher(pattern).matcher(name).find());
  if (fixed) return fixed.interval;
  const since = lastActivity === undefined ? o.maxUpdateInterval : Math.max(0, now.getTime() - lastActivity.getTime());
  return clamp(since / 2, o);
}

/** Milliseconds after the n-th failure in a row: doubling, within the same bounds. */
export const retryInterval = (failures: number, o: Intervals): number => clamp(o.minUpdateInterval * 2 ** Math.min(failures, 30), o);

/** Milliseconds; no fetch is ever further away. */
export const longestInterval = ({ maxUpdateInterval, updateIntervals }: Intervals): number =>
  Math.max(maxUpdateInterval, ...updateIntervals.map(({ interval }) => interval));

const clamp = (interval: number, { minUpdateInterval, maxUpdateInterval }: Intervals): number =>
  Math.round(Math.min(maxUpdateInterval, Math.max(minUpdateInterval, interval)));

const compiled = new Map<string, RE2JS>();
function matcher(pattern: string): RE2JS {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(pattern, known);
  return known;
}
