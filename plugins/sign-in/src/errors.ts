import { declareErrors } from '@sextant/sdk';

export const signInErrors = declareErrors({
  SEXTANT_SIGN_IN_FAILED: {
    status: 401,
    summary: 'The user name or the password is wrong.',
    fix: 'Check both; after several failures the next attempts are delayed.',
  },
  SEXTANT_SIGN_IN_THROTTLED: {
    status: 429,
    summary: 'One address asks too often, or wrong passwords came before for the name or from the address.',
    fix: 'Try again after what Retry-After says, or use a browser in which you have signed in before.',
  },
  SEXTANT_SIGN_IN_BUSY: { status: 503, summary: 'Too many people sign in at this moment.', fix: 'Try again in a few seconds.' },
  SEXTANT_SIGN_IN_FORM: { status: 400, summary: 'A form of a sign-in page lacks what it must have.', fix: 'Fill in what is named.' },
  SEXTANT_SIGN_IN_UNAVAILABLE: {
    status: 404,
    summary: 'The site has no such way to sign in, or does not let people sign up by it.',
    fix: 'Choose one of those on the sign-in page, or ask a site admin.',
  },
  SEXTANT_SIGN_IN_EXPIRED: {
    status: 400,
    summary: 'The answer of a provider belongs to no sign-in that this browser began in the last ten minutes, or was used before.',
    fix: 'Begin again on the sign-in page.',
  },
  SEXTANT_SIGN_IN_PROVIDER: {
    status: 502,
    summary: 'The provider failed, or what it answered proves nothing.',
    fix: 'Try again; a site admin sees the cause in the log.',
  },
  SEXTANT_SIGN_IN_PROXY: {
    status: 403,
    summary: 'A request says by a header who sends it, and does not come from the proxy that may say so; or the header is not one name.',
    fix: 'Set http.trustProxy, and trustedProxies or secretHeader and secret of the entry in auth.providers; let the proxy write the headers anew.',
  },
  SEXTANT_SIGN_IN_PROXY_UNPROVED: {
    status: 400,
    summary: 'An entry http-header of auth.providers does not say by what a request of the proxy is known: nobody comes in by it.',
    fix: 'Name the addresses of the proxy in "trustedProxies", or give "secretHeader" and "secret".',
  },
  SEXTANT_SIGN_IN_LOGOUT: {
    status: 400,
    summary: 'What came from a provider proves of no session that it ended.',
    fix: 'Check "logout" of the entry in auth.providers; a site admin sees the cause in the log.',
  },
  SEXTANT_SIGN_IN_LAST_WAY: {
    status: 409,
    summary: 'Without this account nobody could sign in as the user any more.',
    fix: 'Set a password or link another account first.',
  },
  SEXTANT_SIGN_IN_LINK: {
    status: 400,
    summary: 'A link that was mailed or handed out is used, too old, or none of ours.',
    fix: 'Ask for a new one.',
  },
  SEXTANT_SIGN_IN_PASSWORD: {
    status: 400,
    summary: 'A new password does not fit the rules of the site.',
    fix: 'Choose a longer one; several words that do not belong together are good.',
  },
  SEXTANT_SIGN_IN_PASSWORD_COMMON: {
    status: 400,
    summary: 'A new password is in the public list of breached and common passwords that Sextant ships.',
    fix: 'Choose another; several words that do not belong together are good.',
  },
  SEXTANT_SIGN_IN_INITIALIZED: {
    status: 403,
    summary: 'The site has its first admin already, or the set-up token is missing or wrong.',
    fix: 'Sign in; or print a new link with: sextant setup-link.',
  },
  SEXTANT_SIGN_IN_CONNECTION_REQUIRED: {
    status: 403,
    summary: 'The site wants people to connect an account at a code host or provider before they use anything else.',
    fix: 'Link one on /-/account, in a browser.',
  },
  SEXTANT_SIGN_IN_ADDRESS: {
    status: 403,
    summary: 'Requests from this address are not let in.',
    fix: 'Come from a network that the site allows, or ask a site admin.',
  },
  SEXTANT_SIGN_IN_CODE: {
    status: 401,
    summary: 'A code of an authenticator app or a recovery code is wrong, was used before, or is not taken for a while.',
    fix: 'Wait for the next code, check the clock of the device, or use another way.',
  },
  SEXTANT_SIGN_IN_PASSKEY: {
    status: 401,
    summary: 'A passkey is not known, or what the browser sent could not be verified.',
    fix: 'Try again, or use another way.',
  },
  SEXTANT_SIGN_IN_SECOND_FACTOR_REQUIRED: {
    status: 403,
    summary: 'The site wants a second factor of the person, who has none.',
    fix: 'Set one up at the address in enrolUrl, in a browser.',
  },
  SEXTANT_SIGN_IN_SECOND_FACTOR_EXISTS: {
    status: 409,
    summary: 'The second factor is there already, or the person has the most that there may be.',
    fix: 'Remove one first.',
  },
  SEXTANT_SIGN_IN_SECOND_FACTOR_NOT_FOUND: {
    status: 404,
    summary: 'The person has no such second factor.',
    fix: 'Look at those on /-/account/second-factor.',
  },
  SEXTANT_SIGN_IN_SESSION_NOT_FOUND: { status: 404, summary: 'The user has no such session.', fix: 'List the sessions.' },
});
