import type { SearchMatch } from '../../api.js';

const DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

/** How many commits of each of the last 30 days are among the matches, the oldest day first. */
export function sparklineOf(matches: readonly SearchMatch[], now: Date): readonly number[] {
  const counts = Array.from({ length: DAYS }, () => 0);
  for (const match of matches) {
    if (match.type !== 'commit') continue;
    const age = Math.floor((now.getTime() - Date.parse(match.author.date)) / DAY);
    if (age >= 0 && age < DAYS) counts[DAYS - 1 - age]! += 1;
  }
  return counts;
}
