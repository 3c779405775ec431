/** Plain data that JSON can hold. An undefined property is as good as none. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one text of a value: keys sorted by UTF-16 code units, no white space. What PostgreSQL's JSON cannot hold (NUL, half a surrogate pair) becomes
 * U+FFFD, so that the text can be searched there.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed().replaceAll('\0', '\ufffd'));
  if (typeof value === 'number' && !Number.isFinite(value)) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const present = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${present
    .sort()
    .map((key) => `${canonicalJson(key)}:${canonicalJson(value[key])}`)
    .join(',')}}`;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);
