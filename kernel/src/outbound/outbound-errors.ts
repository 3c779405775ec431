import { declareErrors } from '@sextant/sdk';

export const outboundErrors = declareErrors({
  SEXTANT_OUTBOUND_URL: {
    status: 400,
    summary:
      'An address of another server is malformed: no http or https URL, one with a user or password in it, or one of a port that is not for HTTP.',
    fix: 'Write an http:// or https:// address without credentials.',
  },
  SEXTANT_OUTBOUND_HEADER: {
    status: 400,
    summary: 'A header of a request to another server cannot be sent, such as a token with a line break in it.',
    fix: 'Enter the credential again, as one line.',
  },
  SEXTANT_OUTBOUND_ADDRESS: {
    status: 403,
    summary:
      'An address of another server is, or its name leads to, one that must not be called from here: of this machine, of the own network, of a cloud’s metadata.',
    fix: 'Use a public address, or have an admin add the host or its network to outbound.allow.',
  },
  SEXTANT_OUTBOUND_REDIRECT: {
    status: 502,
    summary:
      'Another server redirected to where a request must not follow: too often, from https to http, or with a body to another server.',
    fix: 'Use the address that the redirects lead to.',
  },
  SEXTANT_OUTBOUND_TOO_LARGE: {
    status: 502,
    summary: 'The answer of another server is longer than what is read of it.',
    fix: 'Check that the address is the one meant.',
  },
  SEXTANT_OUTBOUND_FAILED: {
    status: 502,
    summary: 'Another server could not be reached, or did not answer in time.',
    fix: 'Check the address, the network and the other server.',
  },
});
