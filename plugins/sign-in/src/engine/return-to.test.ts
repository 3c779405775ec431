import { array, assert, constantFrom, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { localPath } from './return-to.js';

const HOME = 'https://sextant.example.com';

it.each([
  ['/', '/'],
  ['/search?q=a%5Cb&x=//y#z', '/search?q=a%5Cb&x=//y#z'],
  ['/github.com/a/b@v1/-/blob/x%20y.ts?L10-12', '/github.com/a/b@v1/-/blob/x%20y.ts?L10-12'],
  ['/Ωmega', '/%CE%A9mega'],
])('keeps the path %j', (wanted, kept) => {
  expect(localPath(wanted, '')).toBe(kept);
});

it.each([
  undefined,
  '',
  'search',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '/%2f%2fevil.example',
  '/%2F/evil.example',
  '/%5cevil.example',
  '/%255cevil.example',
  '/%25252f/evil.example',
  '/\t/evil.example',
  '/\n//evil.example',
  '/x/..//evil.example',
  '/..//evil.example',
  '/%2e%2e//evil.example',
  ' //evil.example',
  `/${'a'.repeat(2_000)}`,
])('row 24: takes %j for the first page', (wanted) => {
  expect(localPath(wanted, '')).toBe('/');
});

it('stays below the path of the installation', () => {
  expect(localPath('/sextant/search?q=x', '/sextant')).toBe('/sextant/search?q=x');
  for (const wanted of ['/', '/other', '/sextantly', '/sextant/../other', '/sextant/%2e%2e/other'])
    expect(localPath(wanted, '/sextant')).toBe('/sextant/');
});

it('row 24: whatever is asked for, a browser stays here', () => {
  const piece = constantFrom(
    '/',
    '//',
    '\\',
    '%2f',
    '%5c',
    '%25',
    '%2e',
    '.',
    '..',
    '@',
    ':',
    'evil.example',
    'javascript:',
    'https:',
    '\t',
    '\n',
    '\0',
    ' ',
    '?',
    '#',
    'a',
  );
  const hostile = array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  for (const texts of [hostile, string({ unit: 'binary', maxLength: 40 })])
    assert(
      property(texts, (text) => {
        const path = localPath(text, '');
        for (const read of [path, decodeURI(path)]) {
          expect(new URL(read, `${HOME}/sign-in`).origin).toBe(HOME);
          expect(read.replaceAll('\\', '/')).not.toMatch(/^\/\//);
        }
      }),
      { numRuns: 2_000 },
    );
});
