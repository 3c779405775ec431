import { expect, it } from 'vitest';
import { cursorNumber, encodeCursor, pageRequest } from './page.js';

it('a cursor that somebody has changed is no position in a list by ids (row 25)', () => {
  const position = (text: string, most?: number): number | undefined =>
    cursorNumber(pageRequest('things', { after: encodeCursor('things', text) }, { max: 10, default: 1 }).after, most);
  expect(cursorNumber(undefined)).toBeUndefined();
  expect([position('1'), position('2147483647'), position('2147483648', Number.MAX_SAFE_INTEGER)]).toEqual([1, 2147483647, 2147483648]);
  for (const text of ['', '0', '-1', '1.5', 'x', 'NaN', '1e3', '0x1', ' 1', '2147483648', '9'.repeat(30)])
    expect(() => position(text), text).toThrow(expect.objectContaining({ code: 'SEXTANT_PAGE_ARGUMENT' }));
});
