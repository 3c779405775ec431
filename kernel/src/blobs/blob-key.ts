import { SextantError } from '@sextant/sdk';
import './blob-errors.js';

const SEGMENT = /^[A-Za-z0-9_=@+~-][A-Za-z0-9_.=@+~-]{0,199}$/;
const PREFIX = /^[A-Za-z0-9_.=@+~/-]{0,1024}$/;
const MAX_LENGTH = 900;

/** The ending of files that hold a blob, which keeps the blob `a` and the folder of `a/b` apart. */
export const BLOB_ENDING = '.blob';

/** A key is safe as a path: no empty, hidden or parent segment, no separator of another system, no control character. @throws SEXTANT_BLOB_KEY */
export function checkKey(key: string): void {
  const segments = key.split('/');
  const fits =
    key.length <= MAX_LENGTH &&
    segments.every((segment) => SEGMENT.test(segment)) &&
    segments.slice(0, -1).every((segment) => !segment.endsWith(BLOB_ENDING));
  if (!fits) throw malformed(key);
}

/** @throws SEXTANT_BLOB_KEY */
export function checkPrefix(prefix: string): void {
  if (!PREFIX.test(prefix) || prefix.split('/').some((segment) => /^\.+$/.test(segment)) || prefix.startsWith('/') || prefix.includes('//'))
    throw malformed(prefix);
}

/** @throws SEXTANT_BLOB_RANGE */
export function checkRange(range: { readonly start: number; readonly end?: number }): void {
  const { start, end } = range;
  if (Number.isSafeInteger(start) && start >= 0 && (end === undefined || (Number.isSafeInteger(end) && end > start))) return;
  throw new SextantError('SEXTANT_BLOB_RANGE', {
    what: `The range ${start}…${end ?? ''} is not one.`,
    fix: 'Give whole numbers with 0 ≤ start < end.',
  });
}

const malformed = (key: string): SextantError =>
  new SextantError('SEXTANT_BLOB_KEY', {
    what: `${JSON.stringify(key.slice(0, 200))} is not the key of a blob.`,
    fix: 'Use segments of letters, digits and _ . = @ + ~ -, not beginning with a dot, separated by single slashes.',
  });
