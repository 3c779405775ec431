import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCommonPassword } from './common-passwords.js';

it.each([
  '1qaz2wsx3edc4rfv',
  'PASSWORD',
  'password1234',
  'Password2026!!',
  '!!!password!!!',
  'passwordpassword',
  'Dragon Dragon Dragon',
  'qwerty123456',
  '１２３４５６７８９',
  '123456789012',
])('"%s" is common', async (password) => {
  expect(await isCommonPassword(password)).toBe(true);
});

it.each(['a long enough password', 'correct horse battery staple', 'love-of-4-oranges', 'Tr0ub4dor&3x-mine', 'xkqzvvtplmwq', '', '    '])(
  '"%s" is not',
  async (password) => {
    expect(await isCommonPassword(password)).toBe(false);
  },
);

it('a listed password is common in any case and with any padding of digits and signs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('sunshine', 'monkey', 'iloveyou'),
      fc.stringMatching(/^[0-9!?._ -]{0,12}$/),
      fc.boolean(),
      async (word, padding, upper) => isCommonPassword(`${padding}${upper ? word.toUpperCase() : word}${padding}`),
    ),
    { numRuns: 100 },
  );
});
