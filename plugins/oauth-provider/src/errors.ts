import { declareErrors, SextantError } from '@sextant/sdk';

export const oauthErrors = declareErrors({
  SEXTANT_OAUTH_CLIENT_INVALID: {
    status: 400,
    summary: 'An OAuth client has a name, a redirect URI, a scope or a service account that cannot be.',
    fix: 'Correct what is named.',
  },
  SEXTANT_OAUTH_CLIENT_NOT_FOUND: {
    status: 404,
    summary: 'There is no such OAuth client.',
    fix: 'List the OAuth clients, and use the id of one.',
  },
  SEXTANT_OAUTH_GRANT_NOT_FOUND: {
    status: 404,
    summary: 'There is no such authorized application.',
    fix: 'List the authorized applications, and use the id of one.',
  },
  SEXTANT_OAUTH_TOKEN_INVALID: {
    status: 401,
    summary: 'The OAuth access token is unknown, revoked or expired.',
    fix: 'Have the program refresh it, or sign in again.',
  },
  SEXTANT_OAUTH_INSECURE: {
    status: 503,
    summary: 'Sextant is reached over plain http by other machines, so tokens would travel in the clear.',
    fix: 'Put https in front of it, and set http.externalUrl to its address.',
  },
});

export const invalidClient = (why: string): SextantError =>
  new SextantError('SEXTANT_OAUTH_CLIENT_INVALID', { what: 'The OAuth client is malformed.', why, fix: 'Correct what is named.' });

export const insecure = (): SextantError =>
  new SextantError('SEXTANT_OAUTH_INSECURE', {
    what: 'Sextant gives programs no tokens over plain http.',
    why: 'Its external address begins with http:// and is not of this machine.',
    fix: 'Put https in front of it, and set http.externalUrl to its address.',
  });

export const noSuchClient = (): SextantError =>
  new SextantError('SEXTANT_OAUTH_CLIENT_NOT_FOUND', {
    what: 'There is no such OAuth client.',
    fix: 'List the OAuth clients, and use the id of one.',
  });

export const noSuchGrant = (): SextantError =>
  new SextantError('SEXTANT_OAUTH_GRANT_NOT_FOUND', {
    what: 'There is no such authorized application.',
    fix: 'List the authorized applications, and use the id of one.',
  });
