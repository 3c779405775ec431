import { declareErrors } from '@sextant/sdk';

export const siteErrors = declareErrors({
  SEXTANT_SITE_JSONC_INVALID: {
    status: 400,
    summary: 'A text is not JSON with comments, not an object, or too large or deep.',
    fix: 'Correct it at the position that the error names.',
  },
  SEXTANT_SITE_CONFIGURATION_INVALID: {
    status: 400,
    summary: 'The site configuration does not fit its schema.',
    fix: 'Correct the keys that the error names.',
  },
  SEXTANT_SITE_CONFIGURATION_CONFLICT: {
    status: 409,
    summary: 'Somebody else saved the site configuration in between.',
    fix: 'Read it again, and make the change on what is there now.',
  },
  SEXTANT_SITE_CONFIGURATION_REDACTED: {
    status: 400,
    summary: 'A redacted secret was sent back for which nothing is stored.',
    fix: 'Write the secret itself at the place that the error names.',
  },
  SEXTANT_SITE_DECLARED: {
    status: 409,
    summary: 'It is declared in a file, so it cannot be edited here.',
    fix: 'Change the file, or allow edits in the configuration of the plugin site.',
  },
  SEXTANT_SITE_FILE_UNREADABLE: {
    status: 500,
    summary: 'A file that declares the site configuration or the settings cannot be read.',
    fix: 'Correct the path, or let the account that runs Sextant read the file.',
  },
  SEXTANT_SETTINGS_SUBJECT_NOT_FOUND: {
    status: 404,
    summary: 'No such settings subject is visible to you.',
    fix: 'Use an id that viewerSettings lists.',
  },
  SEXTANT_SETTINGS_FORBIDDEN: { status: 403, summary: 'You may not change these settings.', fix: 'Change your own, or ask a site admin.' },
  SEXTANT_SETTINGS_CONFLICT: {
    status: 409,
    summary: 'Somebody else saved the settings in between.',
    fix: 'Read them again, and make the change on what is there now.',
  },
  SEXTANT_SETTINGS_INVALID: {
    status: 400,
    summary: 'An edit of settings is malformed, or its result does not fit the schema.',
    fix: 'Correct the named key.',
  },
  SEXTANT_FEATURE_FLAG_INVALID: {
    status: 400,
    summary: 'A feature flag is malformed.',
    fix: 'Give a name of letters, digits and - _ . /, and either a value or a rollout of 0 to 10000 basis points.',
  },
  SEXTANT_FEATURE_FLAG_NOT_FOUND: { status: 404, summary: 'There is no such feature flag or override.', fix: 'Check its name or id.' },
  SEXTANT_FEATURE_FLAG_EXISTS: { status: 409, summary: 'The feature flag or override exists already.', fix: 'Update it instead.' },
  SEXTANT_SITE_CHECK_FAILED: {
    status: 500,
    summary: 'A check of the doctor threw or took too long.',
    fix: 'See the log of the process with the role api.',
  },
  SEXTANT_SITE_SRC_CLI_UNKNOWN: {
    status: 404,
    summary: 'There is no build of `src`, the command line, under this name.',
    fix: 'Ask for src_<os>_<arch>, such as src_linux_amd64.',
  },
  SEXTANT_SITE_MENDS: { status: 400, summary: 'Too many mends are named at once.', fix: 'Name fewer.' },
});
