import { declareErrors } from '@sextant/sdk';

export const identityErrors = declareErrors({
  SEXTANT_AUTH_INVALID: { status: 401, summary: 'The credential of a request is not valid.', fix: 'Send a valid access token, or none.' },
  SEXTANT_AUTH_THROTTLED: {
    status: 429,
    summary: 'Too many invalid credentials came from one address.',
    fix: 'Correct the credential, and wait before the next try.',
  },
  SEXTANT_AUTH_SUDO_FORBIDDEN: {
    status: 403,
    summary: 'A token was used to act as somebody else and may not.',
    fix: 'Use a token of a site admin with the scope site-admin:sudo, and the name of an existing user.',
  },
  SEXTANT_USER_NOT_FOUND: { status: 404, summary: 'No such user is visible to you.', fix: 'Check the user name or id.' },
  SEXTANT_USER_NAME_INVALID: {
    status: 400,
    summary: 'A user name is malformed.',
    fix: 'Use letters, digits, and single - . _ between them; at most 255.',
  },
  SEXTANT_USER_NAME_TAKEN: { status: 409, summary: 'The name belongs to another user or organisation.', fix: 'Choose another name.' },
  SEXTANT_USER_EMAIL_INVALID: { status: 400, summary: 'An email address is malformed.', fix: 'Give an address such as ada@example.com.' },
  SEXTANT_USER_EMAIL_TAKEN: {
    status: 409,
    summary: 'The verified email address belongs to another user.',
    fix: 'Use another address, or remove it from the other user first.',
  },
  SEXTANT_USER_PROTECTED: {
    status: 409,
    summary: 'The change would lock the site out of its administration.',
    fix: 'Make another user a site admin first.',
  },
  SEXTANT_USER_FORBIDDEN: {
    status: 403,
    summary: 'Only the user or a site admin may do this.',
    fix: 'Sign in as the user or as a site admin.',
  },
  SEXTANT_USER_EMAIL_UNKNOWN: { status: 404, summary: 'The user has no such email address.', fix: 'Add it first.' },
  SEXTANT_EXTERNAL_ACCOUNT_TAKEN: {
    status: 409,
    summary: 'The account somewhere else belongs to another user.',
    fix: 'Sign in as that user, or unlink the account there first.',
  },
  SEXTANT_EXTERNAL_ACCOUNT_NOT_FOUND: {
    status: 404,
    summary: 'The user has no such external account.',
    fix: 'Check the id; it may be unlinked already.',
  },
  SEXTANT_SIGN_IN_REFUSED: {
    status: 403,
    summary: 'Somebody has proved who they are, and the site does not let them in.',
    fix: 'Sign in another way, or ask a site admin.',
  },
  SEXTANT_ACCESS_TOKEN_REFUSED: {
    status: 403,
    summary: 'The site does not let you create this access token.',
    fix: 'Ask a site admin to create it or to change identity.accessTokens.',
  },
  SEXTANT_ACCESS_TOKEN_INVALID: {
    status: 400,
    summary: 'The scopes, note or expiry of a new access token are malformed.',
    fix: 'Use the scopes user:all and site-admin:sudo, a note, and an expiry within the limit.',
  },
  SEXTANT_ACCESS_TOKEN_LIMIT: {
    status: 409,
    summary: 'The user has as many live access tokens as the site allows.',
    fix: 'Revoke one that is no longer used.',
  },
  SEXTANT_ACCESS_TOKEN_NOT_FOUND: {
    status: 404,
    summary: 'No such access token is visible to you.',
    fix: 'Check the id; the token may be revoked already.',
  },
  SEXTANT_ROLE_NOT_FOUND: { status: 404, summary: 'There is no such role.', fix: 'Use the ids that "roles" lists.' },
  SEXTANT_ROLE_INVALID: { status: 400, summary: 'A role cannot be made as it was asked for.', fix: 'Correct the request.' },
  SEXTANT_ROLE_NAME_TAKEN: { status: 409, summary: 'Another role has the name.', fix: 'Choose another name.' },
  SEXTANT_ROLE_SYSTEM: { status: 409, summary: 'A role of the program was to be changed.', fix: 'Make a role of your own.' },
  SEXTANT_PERMISSION_UNKNOWN: { status: 400, summary: 'No plugin declares the permission.', fix: 'Use the ids that "permissions" lists.' },
  SEXTANT_ORGANIZATION_NOT_FOUND: { status: 404, summary: 'No such organisation is visible to you.', fix: 'Check its name or id.' },
  SEXTANT_ORGANIZATION_REFUSED: { status: 403, summary: 'You may not do this with organisations.', fix: 'Ask a site admin or an owner.' },
  SEXTANT_ORGANIZATION_LAST_MEMBER: {
    status: 409,
    summary: 'Nobody would be left to administer the organisation.',
    fix: 'Add somebody else first, or delete the organisation.',
  },
  SEXTANT_ORGANIZATION_MEMBER_ALREADY: { status: 409, summary: 'The user is a member already.', fix: 'Nothing is to be done.' },
  SEXTANT_ORGANIZATION_INVITATIONS_LIMIT: {
    status: 409,
    summary: 'The organisation has as many unanswered invitations as it may.',
    fix: 'Revoke some, or wait until they expire.',
  },
  SEXTANT_ORGANIZATION_INVITATION_NOT_FOUND: {
    status: 404,
    summary: 'No such invitation is yours to see.',
    fix: 'Check the link; it may be answered, revoked or expired.',
  },
  SEXTANT_MEMBERSHIP_BY_GROUP: {
    status: 409,
    summary: 'A group gives what was to be taken away by hand.',
    fix: 'Take the user out of the group, or change what the group gives.',
  },
  SEXTANT_TEAM_NOT_FOUND: { status: 404, summary: 'There is no such team.', fix: 'Check its name or id.' },
  SEXTANT_TEAM_REFUSED: { status: 403, summary: 'You may not do this with the team.', fix: 'Ask a member of the team or a site admin.' },
  SEXTANT_TEAM_TREE: {
    status: 409,
    summary: 'A team cannot be where it was to be, or has teams below it.',
    fix: 'Choose another parent, or move the teams below first.',
  },
  SEXTANT_TEAM_MEMBER_UNMATCHED: {
    status: 400,
    summary: 'Members of a team were named that match no user.',
    fix: 'Correct them, or set skipUnmatchedMembers.',
  },
  SEXTANT_GROUP_NOT_FOUND: { status: 404, summary: 'There is no such group of a directory.', fix: 'Check its id.' },
  SEXTANT_GROUP_INVALID: { status: 400, summary: 'A group, or the source of groups, is malformed.', fix: 'Correct the name.' },
  SEXTANT_GROUP_NAME_TAKEN: { status: 409, summary: 'Another group of the directory has the name.', fix: 'Choose another name.' },
});
