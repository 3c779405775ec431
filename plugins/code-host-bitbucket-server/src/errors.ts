import { declareErrors } from '@sextant/sdk';

export const bitbucketServerErrors = declareErrors({
  SEXTANT_CODE_HOST_BITBUCKET_SERVER_CREDENTIAL: {
    status: 400,
    summary: 'A connection to Bitbucket Server has neither a token nor a user with a password, or an account has not signed in there.',
    fix: 'Give it an HTTP access token, or a user and a password.',
  },
});
