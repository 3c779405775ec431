import { createHash, randomBytes } from 'node:crypto';

/** How many a person gets at once. */
export const RECOVERY_CODES = 10;
/** 32 characters of 5 bits each: no i, l, o and u, which are misread. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 16;

/** Codes of 80 random bits, in groups of four characters. */
export const newRecoveryCodes = (): readonly string[] =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const characters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
    return characters.replace(/.{4}(?=.)/g, '$&-');
  });

/** What is stored of a code. 80 random bits cannot be guessed, so that nothing slower than SHA-256 is needed. Undefined for a text that is no code. */
export function recoveryCodeHash(code: string): Buffer | undefined {
  const text = code.toLowerCase().replace(/[\s-]/g, '').replace(/[il]/g, '1').replace(/o/g, '0');
  return /^[0-9a-hjkmnp-tv-z]{16}$/.test(text) ? createHash('sha256').update(text).digest() : undefined;
}
