import { declareErrors } from './error-codes.js';

export const sdkErrors = declareErrors({
  SEXTANT_VALUE_REPOSITORY_NAME: {
    status: 400,
    summary: 'A repository name is malformed.',
    fix: 'Give a name such as github.com/owner/name.',
  },
  SEXTANT_VALUE_REVISION: { status: 400, summary: 'A revision is malformed.', fix: 'Give a branch, a tag or a commit hash.' },
  SEXTANT_VALUE_PATH: { status: 400, summary: 'A path is malformed.', fix: 'Give a path inside the repository, without "..".' },
  SEXTANT_VALUE_COMMIT: { status: 400, summary: 'A commit hash is malformed.', fix: 'Give all 40 (or 64) hexadecimal digits.' },
  SEXTANT_PAGE_ARGUMENT: {
    status: 400,
    summary: 'A paging argument is out of range or a cursor is not ours.',
    fix: 'Use a smaller `first`, and the `endCursor` of the page before.',
  },
  SEXTANT_TOKEN_KEY: { status: 500, summary: 'A token or extension point key is malformed.', fix: 'Keys look like plugin-id.noun@1.' },
  SEXTANT_MANIFEST_INVALID: { status: 500, summary: 'A plugin manifest is malformed.', fix: 'Correct the named field.' },
  SEXTANT_ERROR_DUPLICATE: { status: 500, summary: 'Two packages define one error code differently.', fix: 'Rename one of the two.' },
  SEXTANT_JOB_INVALID: {
    status: 500,
    summary: 'A job type is malformed, or its payload does not fit its schema.',
    fix: 'Correct the named field.',
  },
  SEXTANT_AUTH_STEP_UP: {
    status: 403,
    summary: 'The request needs a session whose person proved recently who they are.',
    fix: 'Confirm who you are at the address in confirmUrl, and try again.',
  },
  SEXTANT_AUTH_SESSION_REQUIRED: {
    status: 403,
    summary: 'The request needs a session: no access token is enough for it.',
    fix: 'Sign in with a browser and do it there; the operator uses the command sextant.',
  },
});
