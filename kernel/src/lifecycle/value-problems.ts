/** What is wrong with a value that a plugin in plain JavaScript may have given; empty when nothing is. */
export type Problems = readonly string[];

/** The longest time that a timer of Node.js can wait, in milliseconds: a longer one fires at once. */
const LONGEST_TIMER = 2_147_483_647;

/** A value in the words of an error: short, and never the contents of an object, which may hold a secret. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return value.length > 60 ? `a text of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (isThenable(value)) return 'a promise';
  return typeof value === 'object' ? 'an object' : String(value);
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const must = (holds: boolean, name: string, value: unknown, kind: string): Problems =>
  holds ? [] : [value === undefined ? `${name} is missing: it must be ${kind}` : `${name} is ${shown(value)}, not ${kind}`];

export const mustBeFunction = (name: string, value: unknown, kind = 'a function'): Problems =>
  must(typeof value === 'function', name, value, kind);

export const mustBeText = (name: string, value: unknown): Problems =>
  must(typeof value === 'string' && value !== '', name, value, 'a text that is not empty');

export const mustBeBoolean = (name: string, value: unknown): Problems =>
  must(value === undefined || typeof value === 'boolean', name, value, 'true or false');

/** A deadline that may be left out. 0 and Infinity are none. */
export const mustBeTimeout = (name: string, value: unknown): Problems =>
  must(
    value === undefined || value === Number.POSITIVE_INFINITY || (typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER),
    name,
    value,
    `a number of milliseconds up to ${LONGEST_TIMER}`,
  );

/** An interval that may be left out. */
export const mustBeInterval = (name: string, value: unknown): Problems =>
  must(
    value === undefined || (typeof value === 'number' && value >= 1 && value <= LONGEST_TIMER),
    name,
    value,
    `a number of milliseconds from 1 to ${LONGEST_TIMER}`,
  );

/** An object of options, none of them misspelt. `check` is asked when it is one. */
export function mustBeOptions(
  name: string,
  value: unknown,
  known: readonly string[],
  check: (options: Readonly<Record<string, unknown>>) => Problems,
): Problems {
  if (!isObject(value)) return must(false, name, value, 'an object');
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return [...unknown.map((key) => `${name} take no "${key}": there is ${known.join(', ')}`), ...check(value)];
}
