import { declareErrors } from '@sextant/sdk';

export const localErrors = declareErrors({
  SEXTANT_CODE_HOST_LOCAL_UNREADABLE: {
    status: 503,
    summary:
      'A folder of repositories is missing or cannot be read, or holds more folders than are looked through; no repository is deleted for it.',
    fix: 'Bring the folder back, give the right to read it, or exclude it.',
  },
  SEXTANT_CODE_HOST_LOCAL_DATA_FOLDER: {
    status: 403,
    summary: 'A local repository lies in a folder in which a Sextant stores its data; its own mirrors are never indexed.',
    fix: 'Nothing needs to be done: the repository goes with the next listing. Give the folder of the original repository.',
  },
  SEXTANT_CODE_HOST_LOCAL_OUTSIDE: {
    status: 403,
    summary: 'A local repository lies outside of the configured roots.',
    fix: 'Add its folder to the roots of the connection.',
  },
});
