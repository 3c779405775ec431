import { Secret } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import '../errors.js';
import { PasswordHashes } from './password-hash.js';

const hashes = new PasswordHashes();
const password = new Secret('correct horse battery staple');

describe('a hash of a password', () => {
  it('fits that password and no other, and is another one each time', async () => {
    const [one, two] = [await hashes.make(password), await hashes.make(password)];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hashes.verify(password, one)).toEqual({ ok: true, outdated: false });
    expect(await hashes.verify(new Secret('correct horse battery stapler'), one)).toEqual({ ok: false, outdated: false });
  });

  it('fits however the keyboard writes a character', async () => {
    expect((await hashes.verify(new Secret('caf\u0065\u0301 long'), await hashes.make(new Secret('caf\u00e9 long')))).ok).toBe(true);
  });

  it('of another cost fits as well, and is told to be made anew', async () => {
    // By the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 -e
    const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await hashes.verify(new Secret('password'), stored)).toEqual({ ok: true, outdated: true });
  });

  it.each([
    undefined,
    '',
    '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    'plain text',
    '$2b$10$abc',
  ])('that is none (%j) fits nothing', async (stored) => {
    expect(await hashes.verify(password, stored)).toEqual({ ok: false, outdated: false });
  });

  it('is refused when very many are waited for, so that a flood takes no more memory', async () => {
    const all = await Promise.allSettled(Array.from({ length: 80 }, () => hashes.verify(password, undefined)));
    const refused = all.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused).toHaveLength(80 - 4 - 64);
    expect(refused[0]!.reason).toMatchObject({ code: 'SEXTANT_SIGN_IN_BUSY', status: 503 });
    expect(await hashes.verify(password, undefined)).toEqual({ ok: false, outdated: false });
  });
});
