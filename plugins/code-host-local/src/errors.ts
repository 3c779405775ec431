import { declareErrors } from '@sextant/sdk';

export const localErrors = declareErrors({
  SEXTANT_CODE_HOST_LOCAL_UNREADABLE: {
    status: 503,
    summary:
      'A folder of repositories is missing or cannot be read, or holds more folders than are looked through; no repository is deleted for it.',
    fix: 'Bring the folder back, give the right to read it, or exclude it.',
  },
  SEXTANT_CODE_HOST_LOCAL_OUTSIDE: {
    status: 403,
    summary: 'A local repository lies outside of the configured roots.',
    fix: 'Add its folder to the roots of the connection.',
  },
});
