import { SextantError } from '@sextant/sdk';

export const noSuchRepository = (): SextantError =>
  new SextantError('SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND', {
    what: 'There is no such repository.',
    fix: 'Check the id or name of the repository.',
  });

export const noSuchUser = (): SextantError =>
  new SextantError('SEXTANT_PERMISSIONS_USER_NOT_FOUND', { what: 'There is no such user.', fix: 'Check the id or name of the user.' });
