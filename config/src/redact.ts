import { Secret, z } from '@sextant/sdk';
import { isTree } from './layers.js';
import { objectOf } from './slice.js';

export const REDACTED = '[redacted]';
/** Keys whose values are hidden even where no schema says so. */
const SUSPICIOUS = /(?:password|passwd|secret|token|apikey|api_key|accesskey|privatekey|credential|dsn)/i;

/** A copy that can be shown: secrets by the schema's marks, by type, and by name where no schema knows the key. */
export function redact(value: unknown, schema?: z.ZodType, key = ''): unknown {
  if (value instanceof Secret || isSecret(schema)) return value === undefined || value === null ? value : REDACTED;
  if (!schema && SUSPICIOUS.test(key) && typeof value === 'string') return REDACTED;
  if (typeof value === 'string') return value.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`);
  if (Array.isArray(value)) return value.map((item) => redact(item, elementOf(schema), key));
  if (!isTree(value)) return value;
  const object = schema ? objectOf(schema) : undefined;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, redact(v, object?.shape[k] as z.ZodType | undefined, k)]));
}

/** Marked as one, however it is wrapped. */
export function isSecret(schema: z.ZodType | undefined): boolean {
  for (let s = schema; s; s = (s as { def?: { innerType?: z.ZodType } }).def?.innerType) if (s.meta?.()?.secret === true) return true;
  return false;
}

function elementOf(schema: z.ZodType | undefined): z.ZodType | undefined {
  for (let s = schema; s; s = (s as { def?: { innerType?: z.ZodType } }).def?.innerType) {
    if (s instanceof z.ZodArray) return s.element as z.ZodType;
  }
  return undefined;
}
