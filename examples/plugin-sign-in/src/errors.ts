import { declareErrors, SextantError } from '@sextant/sdk';

export const rosterErrors = declareErrors({
  SEXTANT_ROSTER_ANSWER: { status: 401, summary: 'What came back from the directory proves nothing.', fix: 'Begin the sign-in anew.' },
  SEXTANT_ROSTER_DOWN: { status: 502, summary: 'The directory does not answer as it should.', fix: 'Look at the url of the entry.' },
});

export const provesNothing = (why: string): SextantError =>
  new SextantError('SEXTANT_ROSTER_ANSWER', { what: 'What came back from the directory proves nothing.', why });

export const answersWrongly = (url: string, why: string): SextantError =>
  new SextantError('SEXTANT_ROSTER_DOWN', { what: `The directory at ${url} did not answer as it should.`, why });
