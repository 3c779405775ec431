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
});
