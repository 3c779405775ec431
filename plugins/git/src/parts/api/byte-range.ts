/**
 * One range of RFC 9110, end exclusive. Undefined where the whole is the answer: no header, another unit, several ranges,
 * or a form nobody can read.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - suffix), end: size };
  }
  const start = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Number(match[2]);
  if (last < start && match[2] !== '') return undefined;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(size, last + 1) };
}
