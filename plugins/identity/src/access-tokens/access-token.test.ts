import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateToken, tokenHash } from './access-token.js';

const hex = fc.stringMatching(/^[0-9a-f]{40}$/);
const instance = fc.stringMatching(/^[a-z0-9-]{1,64}$/);

describe('an access token', () => {
  it('is found by its hash in every shape that the field writes it in', () => {
    fc.assert(
      fc.property(hex, instance, fc.constantFrom('sgp_', 'sgph_'), (secret, name, prefix) => {
        const expected = tokenHash(secret);
        expect(expected).toBeInstanceOf(Buffer);
        for (const text of [`${prefix}${secret}`, `${prefix}${name}_${secret}`, secret.toUpperCase()])
          expect(tokenHash(text)).toEqual(expected);
      }),
    );
  });

  it('has the hash of nothing else', () => {
    fc.assert(fc.property(hex, hex, (a, b) => a === b || !tokenHash(a)?.equals(tokenHash(b) as Buffer)));
  });

  it.each([
    '',
    'sgp_',
    'sgp_local_',
    'a'.repeat(39),
    'a'.repeat(41),
    `sgp_${'g'.repeat(40)}`,
    `sgx_a_${'a'.repeat(40)}`,
    `sgp_a_b_${'a'.repeat(40)}`,
    `${'a'.repeat(40)}\n`,
    `sgp_${'i'.repeat(65)}_${'a'.repeat(40)}`,
  ])('is not %j', (text) => {
    expect(tokenHash(text)).toBeUndefined();
  });

  it('never throws, whatever is presented', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void tokenHash(text)));
  });

  it('is generated in the shape of the field, each time another, and cannot be printed by accident', () => {
    const [a, b] = [generateToken('0123abcd'), generateToken('0123abcd')];
    expect(a.text.reveal()).toMatch(/^sgp_0123abcd_[0-9a-f]{40}$/);
    expect(a.text.reveal()).not.toBe(b.text.reveal());
    expect(tokenHash(a.text.reveal())).toEqual(a.hash);
    expect(`${a.text} ${JSON.stringify(a)}`).not.toContain(a.text.reveal().slice(-40));
  });
});
