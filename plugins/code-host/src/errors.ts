import { declareErrors } from '@sextant/sdk';

export const codeHostErrors = declareErrors({
  SEXTANT_CODE_HOST_KIND_UNKNOWN: {
    status: 400,
    summary: 'No enabled plugin knows this kind of code host.',
    fix: 'Use a kind that is listed, or enable the plugin of the kind.',
  },
  SEXTANT_CODE_HOST_CONFIG_INVALID: {
    status: 400,
    summary: 'The configuration of a connection is malformed.',
    fix: 'Correct the named keys.',
  },
  SEXTANT_CODE_HOST_SECRET_MISSING: {
    status: 400,
    summary: 'A secret of a connection was left as REDACTED where there is none to keep, or the address it belongs to changed.',
    fix: 'Enter the secret itself.',
  },
  SEXTANT_CODE_HOST_CONNECTION_NOT_FOUND: {
    status: 404,
    summary: 'There is no such connection.',
    fix: 'List the connections, and use the id of one.',
  },
  SEXTANT_CODE_HOST_CONNECTION_DECLARED: {
    status: 409,
    summary: 'The connection is declared in the configuration file and read-only in the API.',
    fix: 'Change it in the file, and restart.',
  },
  SEXTANT_CODE_HOST_REPOSITORY_NOT_FOUND: {
    status: 404,
    summary: 'There is no such repository.',
    fix: 'Check the spelling of its name or id.',
  },
  SEXTANT_CODE_HOST_CLONE_URL: { status: 400, summary: 'A clone URL is not one that Sextant may use.', fix: 'Use https, http or ssh.' },
  SEXTANT_CODE_HOST_SYNC_GUARD: {
    status: 409,
    summary: 'A sync would have deleted more repositories than maxDeletions allows; it deleted none.',
    fix: 'See whether the host lists everything; raise maxDeletions for one sync if the deletions are right.',
  },
  SEXTANT_CODE_HOST_PATTERN: {
    status: 400,
    summary: 'A pattern over repository names is not a valid RE2 pattern.',
    fix: 'Correct the pattern; look-around and back-references do not exist in RE2.',
  },
  SEXTANT_CODE_HOST_FILTER_UNAVAILABLE: {
    status: 409,
    summary: 'A filter or order needs a plugin that is not running.',
    fix: 'Leave the argument out, or enable the plugin.',
  },
  SEXTANT_CODE_HOST_METADATA_EXISTS: {
    status: 409,
    summary: 'The repository has this metadata key already.',
    fix: 'Update the key instead.',
  },
  SEXTANT_CODE_HOST_METADATA_NOT_FOUND: { status: 404, summary: 'The repository has no such metadata key.', fix: 'Add the key first.' },
  SEXTANT_CODE_HOST_METADATA_INVALID: {
    status: 400,
    summary: 'A metadata key or value is empty, too long or holds a control character.',
    fix: 'Use up to 500 characters without control characters.',
  },
});
