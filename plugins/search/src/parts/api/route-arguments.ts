import { SextantError } from '@sextant/sdk';
import type { PatternType } from '../../api.js';

const PATTERN_TYPES: Readonly<Record<string, PatternType>> = {
  keyword: 'keyword',
  standard: 'standard',
  literal: 'literal',
  regexp: 'regexp',
  structural: 'structural',
};

/** How the versions of the field's query language read a query that does not say. */
export const PATTERN_TYPE_OF_VERSION = { V1: 'regexp', V2: 'literal', V3: 'standard' } as const satisfies Readonly<
  Record<string, PatternType>
>;
export type QueryVersion = keyof typeof PATTERN_TYPE_OF_VERSION;

/** `t`, or its longer name; else what `v` means. @throws SEXTANT_SEARCH_ARGUMENT */
export function patternTypeOf(query: URLSearchParams): PatternType | undefined {
  const name = query.get('t') || query.get('patternType');
  if (!name) {
    const version = query.get('v')?.toUpperCase() || 'V3';
    const versions = Object.keys(PATTERN_TYPE_OF_VERSION);
    if (!versions.includes(version)) throw wrong('v', version, `one of ${versions.join(', ')}`);
    return PATTERN_TYPE_OF_VERSION[version as QueryVersion];
  }
  const type = PATTERN_TYPES[name.toLowerCase()];
  if (!type) throw wrong('t', name, `one of ${Object.keys(PATTERN_TYPES).join(', ')}`);
  return type;
}

/** @throws SEXTANT_SEARCH_ARGUMENT */
export function integer(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value)) throw wrong(name, text, 'a whole number');
  return value;
}

/** @throws SEXTANT_SEARCH_ARGUMENT for what is neither yes nor no. */
export function truthy(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  if (text === null || /^(?:|0|f|false|no)$/i.test(text)) return false;
  if (/^(?:1|t|true|yes)$/i.test(text)) return true;
  throw wrong(name, text, 'true or false (t, f, 1, 0)');
}

/** @throws SEXTANT_SEARCH_ARGUMENT for a query that is missing or blank. */
export function queryText(query: URLSearchParams): string {
  const text = query.get('q') ?? '';
  if (text.trim() !== '') return text;
  throw new SextantError('SEXTANT_SEARCH_ARGUMENT', {
    what: query.has('q') ? 'The parameter q is empty.' : 'The parameter q is missing.',
    why: 'It is the query to search for.',
    fix: 'Send the query as q, such as q=repo:sextant+TODO.',
  });
}

const wrong = (name: string, value: string, expected: string): SextantError =>
  new SextantError('SEXTANT_SEARCH_ARGUMENT', {
    what: `The parameter ${name} is ${JSON.stringify(value)}.`,
    why: `It must be ${expected}.`,
    fix: 'Correct it.',
  });
