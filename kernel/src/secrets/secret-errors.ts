import { declareErrors } from '@sextant/sdk';

export const secretErrors = declareErrors({
  SEXTANT_SECRETS_UNREADABLE: {
    status: 500,
    summary: 'A stored secret cannot be decrypted.',
    fix: 'Restore the key file it was sealed with, or enter the credential again.',
  },
  SEXTANT_SECRETS_KEY_MODE: {
    status: 500,
    summary: 'Others than its owner may read the key file.',
    fix: 'Run `chmod 600` on it; when somebody else may have read it, rotate the keys and renew the credentials.',
  },
  SEXTANT_SECRETS_KEY_INVALID: {
    status: 500,
    summary: 'The key file is damaged, or holds a key that is none.',
    fix: 'Restore it from a backup; without it the stored credentials are lost and must be entered again.',
  },
  SEXTANT_SECRETS_KEY_READ_ONLY: {
    status: 500,
    summary: 'The key file cannot be changed by this process.',
    fix: 'Run the command as the account that owns the folder; change a mounted file where it comes from.',
  },
  SEXTANT_SECRETS_KEY_MISSING: {
    status: 409,
    summary: 'Stored values are sealed under a key that the key file does not hold, so no key is made.',
    fix: 'Name the data folder or `keysDir` of the installation, or restore its key file. When it is lost, enter the credentials again and say `--ignore-missing`.',
  },
  SEXTANT_SECRETS_KEY_IN_USE: {
    status: 409,
    summary: 'An old key is still needed, so it is not dropped.',
    fix: 'Run `sextant secrets rotate`, wait ten minutes, and try again; a plugin that keeps sealed values elsewhere declares their column.',
  },
  SEXTANT_SECRETS_KEY_NOT_SHARED: {
    status: 409,
    summary: 'A running process has a key file of its own, which does not hold the new key; nothing was sealed with it.',
    fix: 'Give every process one `keysDir`, or bring the key file to each; stop a process that is not of this installation.',
  },
  SEXTANT_SECRETS_ROTATING: {
    status: 409,
    summary: 'Another process rotates or drops keys of the same database at this moment.',
    fix: 'Wait until it is done.',
  },
  SEXTANT_SECRETS_COLUMN: {
    status: 500,
    summary: 'A plugin declares a column of sealed values that rotation could not work on.',
    fix: 'Name a text column of a table of the plugin that has a primary key.',
  },
});
