import { expect, it } from 'vitest';
import { defineError, errorCode, registerErrors, SextantError } from '../index.js';

const entry = { status: 409, summary: 'It is taken.', fix: 'Take another.' };

it('makes an error of its code, with the fix and the status of its definition', () => {
  const Taken = defineError('SEXTANT_TEST_TAKEN', entry);
  const error = new Taken({ what: '"x" is taken.' });
  expect(error).toMatchObject({ code: 'SEXTANT_TEST_TAKEN', status: 409, message: '"x" is taken. Take another.', name: 'SextantError' });
  expect([SextantError.is(error), error instanceof Taken, Taken.code]).toEqual([true, true, 'SEXTANT_TEST_TAKEN']);
  expect(new Taken({ what: 'x.', fix: 'Wait.' }).fix).toBe('Wait.');
});

it('registers nothing until it is told to, and then what a module exports', () => {
  const Late = defineError('SEXTANT_TEST_LATE', entry);
  expect(errorCode('SEXTANT_TEST_LATE')).toBeUndefined();
  registerErrors({ Late, other: 3, fn: () => undefined });
  registerErrors({ Late });
  expect(errorCode('SEXTANT_TEST_LATE')).toEqual(entry);
  const Other = defineError('SEXTANT_TEST_LATE', { ...entry, status: 400 });
  expect(() => registerErrors({ Other })).toThrow(expect.objectContaining({ code: 'SEXTANT_ERROR_DUPLICATE' }));
});
