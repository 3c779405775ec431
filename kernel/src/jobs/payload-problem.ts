import { Secret } from '@sextant/sdk';

/**
 * Why a payload would not come back from the database as it is, in words; undefined when it would. Dates become texts, which a schema such as
 * `z.coerce.date()` reads again; keys without a value are left out.
 */
export function payloadProblem(value: unknown, path = 'payload', above: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || value instanceof Date) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object') return `${path} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  if (above.includes(value)) return `${path} holds itself`;
  if (value instanceof Secret) return `${path} is a secret, which must not be stored in the open`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype)
    return `${path} is an object of the class ${(prototype as { readonly constructor?: { readonly name?: string } }).constructor?.name}`;
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined && !Array.isArray(value)) continue;
    const problem = payloadProblem(field, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, [...above, value]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
