import { declareErrors } from '@sextant/sdk';

export const githubErrors = declareErrors({
  SEXTANT_CODE_HOST_GITHUB_CREDENTIAL: {
    status: 400,
    summary: 'A connection to GitHub has neither a token nor a GitHub App, or the key of the app cannot be read.',
    fix: 'Give it a token, or the details of the installation of an app.',
  },
  SEXTANT_CODE_HOST_GITHUB_QUERY: {
    status: 400,
    summary:
      'A repositoryQuery of a connection to GitHub cannot be listed whole: "public" on github.com, or a search with too many results a day.',
    fix: 'Choose organizations or repositories, or narrow the search.',
  },
});
