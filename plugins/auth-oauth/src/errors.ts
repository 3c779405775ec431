import { declareErrors, SextantError } from '@sextant/sdk';

export const oauthErrors = declareErrors({
  SEXTANT_OAUTH_HOST: {
    status: 502,
    summary: 'A code host by which people sign in does not answer, or not as it should.',
    fix: 'Check "url" and the client of the entry in auth.providers, and that this server reaches the host.',
  },
  SEXTANT_OAUTH_ANSWER: {
    status: 403,
    summary: 'What came back from a code host does not prove who signed in.',
    fix: 'Sign in once more; when it happens again, check the entry in auth.providers against the application at the host.',
  },
});

export const hostFailed = (title: string, why: string): SextantError =>
  new SextantError('SEXTANT_OAUTH_HOST', {
    what: `${title}, by which people sign in, does not answer as it should.`,
    why,
    fix: 'Check "url" and the client of the entry in auth.providers, and that this server reaches the host.',
  });

export const unproven = (title: string, why: string): SextantError =>
  new SextantError('SEXTANT_OAUTH_ANSWER', {
    what: `What came back from ${title} does not prove who signed in.`,
    why,
    fix: 'Sign in once more; when it happens again, check the entry in auth.providers against the application at the host.',
  });
