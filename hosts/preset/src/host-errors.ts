import { declareErrors } from '@sextant/sdk';

export const hostErrors = declareErrors({
  SEXTANT_HOST_PATH_IN_DATA_FOLDER: {
    status: 400,
    summary: 'A path of repositories to add is a folder in which a Sextant stores its data, or lies in one.',
    fix: 'Give the folders of the original repositories.',
  },
});
