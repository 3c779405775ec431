import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUsername, normalizeUsername, parseDisplayName, parseUsername } from './username.js';

describe('a user name', () => {
  it.each(['ada', 'Ada', 'a', 'a-b', 'a.b', 'a_b', '_a', 'ada-', '42', 'x'.repeat(255)])('may be %j', (name) => {
    expect(parseUsername(name)).toBe(name);
  });

  it.each(['', '-a', '.a', 'a.', 'a--b', 'a..b', 'a b', 'a/b', 'ä', '..', 'a\n', 'x'.repeat(256)])('may not be %j', (name) => {
    expect(() => parseUsername(name)).toThrow(expect.objectContaining({ code: 'SEXTANT_USER_NAME_INVALID' }));
  });
});

describe('a display name', () => {
  it('is trimmed, and absent when it is empty', () => {
    expect(['  Ada Lovelace ', '', ' ', null, undefined].map(parseDisplayName)).toEqual([
      'Ada Lovelace',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each(['\u001b[31mred', 'a\nb', '\u202Egnp.exe', 'x'.repeat(256)])('may not be %j', (name) => {
    expect(() => parseDisplayName(name)).toThrow(expect.objectContaining({ code: 'SEXTANT_USER_NAME_INVALID' }));
  });
});

describe('normalising what another system calls a person', () => {
  it.each([
    ['ada', 'ada'],
    ['ada.lovelace@example.com', 'ada.lovelace'],
    ['Ada Lovelace', 'Ada-Lovelace'],
    ['Élodie Ünal', 'Elodie-Unal'],
    ['DOMAIN\\ada', 'DOMAIN-ada'],
    ['--ada!!', 'ada'],
    ['a.-.b', 'a-b'],
    ['a...b', 'a.b'],
  ])('makes %j into %j', (raw, name) => {
    expect(normalizeUsername(raw)).toBe(name);
  });

  it.each(['', '!!!', '日本', '@example.com'])('finds no name in %j', (raw) => {
    expect(normalizeUsername(raw)).toBeUndefined();
  });

  it('gives a valid name or none, and leaves its own results alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const name = normalizeUsername(raw);
        if (name === undefined) return;
        expect(isUsername(name)).toBe(true);
        expect(normalizeUsername(name)).toBe(name);
      }),
    );
  });
});
