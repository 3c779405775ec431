import { Secret } from '@sextant/sdk';

/**
 * Why a value would not come back from JSON as it is, in words that begin with its `name`; undefined when it would. Dates become texts: `dates` says that
 * a schema reads these again, such as `z.coerce.date()`. Keys without a value are left out.
 */
export function jsonProblem(value: unknown, name: string, dates: boolean, above: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${name} is ${value}`;
  if (typeof value !== 'object') return `${name} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  if (value instanceof Date && dates) return undefined;
  if (above.includes(value)) return `${name} holds itself`;
  if (value instanceof Secret) return `${name} is a secret, which must not be stored in the open`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype)
    return `${name} is an object of the class ${(prototype as { readonly constructor?: { readonly name?: string } }).constructor?.name}`;
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined && !Array.isArray(value)) continue;
    const problem = jsonProblem(field, Array.isArray(value) ? `${name}[${key}]` : `${name}.${key}`, dates, [...above, value]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
