import { SextantError } from '@sextant/sdk';

/** Somebody was to lose by hand what a group gives: it would be back with the next sign-in. */
export const givenByGroup = (what: string, source: string): SextantError =>
  new SextantError('SEXTANT_MEMBERSHIP_BY_GROUP', {
    what: `The ${what} cannot be taken away by hand.`,
    why: `A group gives it (${source}).`,
    fix: 'Take the user out of the group there, or change what the group gives.',
  });
