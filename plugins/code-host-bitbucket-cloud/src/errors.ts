import { declareErrors } from '@sextant/sdk';

export const bitbucketCloudErrors = declareErrors({
  SEXTANT_CODE_HOST_BITBUCKET_CLOUD_CREDENTIAL: {
    status: 400,
    summary:
      'A connection to Bitbucket Cloud has neither an access token nor a user with an app password or API token, or an account has not signed in there.',
    fix: 'Give it an access token of the workspace, or a user and an API token.',
  },
});
