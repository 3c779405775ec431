import { SextantError } from '@sextant/sdk';

/** The id that a cursor stands for. Cursors are text that clients may change. @throws SEXTANT_PAGE_ARGUMENT. */
export function cursorId(position: string | undefined): number | undefined {
  if (position === undefined) return undefined;
  const id = Number(position);
  if (Number.isInteger(id) && id > 0 && id <= 0x7fffffff) return id;
  throw new SextantError('SEXTANT_PAGE_ARGUMENT', {
    what: 'The cursor in "after" is malformed.',
    fix: 'Pass the endCursor of the page before, unchanged.',
  });
}
