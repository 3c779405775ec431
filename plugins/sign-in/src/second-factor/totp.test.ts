import { TOTP } from 'otpauth';
import { expect, it } from 'vitest';
import { newTotpSecret, totpStep, totpUri } from './totp.js';

/** The secret of RFC 6238, appendix B, for SHA-1: the digits 1 to 0, twice. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const at = (seconds: number): Date => new Date(seconds * 1_000);

it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('takes the last six digits of the code of RFC 6238 at second %i', (seconds, code) => {
  expect(totpStep(RFC_SECRET, code, at(seconds))).toBe(Math.floor(seconds / 30));
});

it('takes the codes of one step on either side, and of no other', () => {
  const step = 41_152_263;
  const code = TOTP.generate({ secret: new TOTP({ secret: RFC_SECRET }).secret, timestamp: step * 30_000 });
  const steps = [-2, -1, 0, 1, 2].map((off) => totpStep(RFC_SECRET, code, at((step + off) * 30)));
  expect(steps).toEqual([undefined, step, step, step, undefined]);
});

it('takes a code with spaces, and nothing that is no code', () => {
  expect(totpStep(RFC_SECRET, '287 082', at(59))).toBe(1);
  for (const code of ['', '28708', '2870822', '28708x', '２８７０８２', '-87082', '287082\0'])
    expect([code, totpStep(RFC_SECRET, code, at(59))]).toEqual([code, undefined]);
});

it('makes a secret of 160 random bits, and an address of it that names the site and the user', () => {
  const secret = newTotpSecret();
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(newTotpSecret()).not.toBe(secret);
  const uri = new URL(totpUri(secret, 'ada', 'sextant.example.com'));
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', '/Sextant (sextant.example.com):ada']);
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret, algorithm: 'SHA1', digits: '6', period: '30' });
});
