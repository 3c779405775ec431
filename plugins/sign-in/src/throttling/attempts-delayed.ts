import { SextantError } from '@sextant/sdk';

/** What is answered to an attempt that comes too early, whoever it is for. @param wait milliseconds */
export const attemptsDelayed = (wait: number): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_THROTTLED', {
    what: 'Too many wrong passwords were given.',
    why: 'They came for this user name, or from this address.',
    fix: `Try again in ${inWords(Math.ceil(wait / 1000))}, or in a browser in which you have signed in before. If mail reaches you here, it has a link that helps.`,
    details: { retryAfter: wait },
  });

const inWords = (seconds: number): string => {
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
};
