import { declareErrors } from '@sextant/sdk';

export const permissionErrors = declareErrors({
  SEXTANT_PERMISSIONS_API_DISABLED: {
    status: 409,
    summary: 'Permissions are not set through the API on this site.',
    fix: 'Set "permissions.userMapping": {"enabled": true, "bindID": "email"} in the site configuration.',
  },
  SEXTANT_PERMISSIONS_ARGUMENT: {
    status: 400,
    summary: 'Permissions that were to be set are malformed, or too many at once.',
    fix: 'Correct what is named.',
  },
  SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND: {
    status: 404,
    summary: 'There is no such repository.',
    fix: 'Check the id or name of the repository.',
  },
  SEXTANT_PERMISSIONS_USER_NOT_FOUND: { status: 404, summary: 'There is no such user.', fix: 'Check the id or name of the user.' },
  SEXTANT_PERMISSIONS_JOB_NOT_FOUND: {
    status: 404,
    summary: 'There is no such sync of permissions, or it has ended.',
    fix: 'See permissionsSyncJobs.',
  },
});
