import { plural } from './plural.js';

const UNITS = [
  [86_400, 'day', 'days'],
  [3_600, 'hour', 'hours'],
  [60, 'minute', 'minutes'],
  [1, 'second', 'seconds'],
] as const;

/** Whole seconds in the largest unit of which they hold one, rounded down: what took 119 s took "1 minute". */
export function durationInWords(seconds: number): string {
  const [size, one, many] = UNITS.find(([length]) => seconds >= length) ?? UNITS[3];
  return plural(Math.floor(seconds / size), one, many);
}
