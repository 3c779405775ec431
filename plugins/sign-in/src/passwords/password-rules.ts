import { type Secret, SextantError } from '@sextant/sdk';
import type { AuthConfiguration } from '../configuration/auth-schema.js';
import { isCommonPassword } from './common-passwords.js';

/** Bytes; a hash takes time with its input's length. */
const LONGEST = 1024;

/** @throws SEXTANT_SIGN_IN_PASSWORD, SEXTANT_SIGN_IN_PASSWORD_COMMON when a new password does not fit the site's rules. */
export async function checkPassword(password: Secret, username: string, configuration: AuthConfiguration): Promise<void> {
  const text = password.reveal().normalize('NFKC');
  const least = configuration['auth.minPasswordLength'];
  const policy = configuration['auth.passwordPolicy'];
  const count = [...text].length;
  if (count < least) throw unfit(`It has ${count} characters, and ${least} are the least.`);
  if (Buffer.byteLength(text) > LONGEST) throw unfit(`It has more than ${LONGEST} bytes.`);
  if (text.toLowerCase().includes(username.toLowerCase()) && count < username.length + least)
    throw unfit('It is little more than the user name.');
  if (new Set(text).size < 4) throw unfit('It has fewer than four different characters.');
  if (configuration['auth.refuseCommonPasswords'] && (await isCommonPassword(text)))
    throw new SextantError('SEXTANT_SIGN_IN_PASSWORD_COMMON', {
      what: 'This password is in a public list of breached or common passwords.',
      why: 'Such passwords are tried first; digits and signs around one, or repeating it, change little.',
      fix: 'Choose another; several words that do not belong together are good.',
    });
  if (!policy.enabled) return;
  const special = text.match(/[^\p{L}\p{N}]/gu)?.length ?? 0;
  if (special < policy.numberOfSpecialCharacters)
    throw unfit(`${policy.numberOfSpecialCharacters} of its characters must be neither letters nor digits.`);
  if (policy.requireAtLeastOneNumber && !/\p{N}/u.test(text)) throw unfit('It has no digit.');
  if (policy.requireUpperandLowerCase && !(/\p{Lu}/u.test(text) && /\p{Ll}/u.test(text))) throw unfit('It needs upper and lower case.');
}

const unfit = (why: string): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_PASSWORD', {
    what: 'The new password does not fit.',
    why,
    fix: 'Choose another; several words that do not belong together are good.',
  });
