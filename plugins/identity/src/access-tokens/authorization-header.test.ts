import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthorization } from './authorization-header.js';

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the Authorization header', () => {
  it.each([
    ['token abc', { kind: 'token', token: 'abc' }],
    ['Bearer abc', { kind: 'token', token: 'abc' }],
    ['bearer   abc ', { kind: 'token', token: 'abc' }],
    ['token-sudo user="ada",token="abc"', { kind: 'sudo', username: 'ada', token: 'abc' }],
    ['token-sudo token=abc, user="a\\"b"', { kind: 'sudo', username: 'a"b', token: 'abc' }],
    [basic('abc:'), { kind: 'token', token: 'abc' }],
    [basic('abc:x-oauth-basic'), { kind: 'token', token: 'abc' }],
    [basic('abc'), { kind: 'token', token: 'abc' }],
  ])('%j is read', (header, presented) => {
    expect(parseAuthorization(header)).toEqual(presented);
  });

  it.each([
    '',
    ' ',
    'token',
    'Bearer ',
    'token-sudo',
    'token-sudo user="ada"',
    'token-sudo user="",token="abc"',
    'token-sudo user="ada",user="eve",token="abc"',
    'token-sudo user="ada" token="abc"',
    basic(':abc'),
    'Basic ???',
    'Basic',
    `token ${'a'.repeat(5000)}`,
    '"token" abc',
  ])('%j is malformed', (header) => {
    expect(parseAuthorization(header)).toEqual({ kind: 'malformed' });
  });

  it.each(['Digest username="ada"', 'Negotiate abc', 'token-executor abc', 'abc', 'Bearer sgo_at_abc', 'token sgo_at_abc'])(
    '%j is left to others',
    (header) => {
      expect(parseAuthorization(header)).toEqual({ kind: 'foreign' });
    },
  );

  it('is nothing when it is not there', () => {
    expect(parseAuthorization(undefined)).toBeUndefined();
  });

  it('is always told to be there when it is, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => parseAuthorization(header) !== undefined));
  });
});
