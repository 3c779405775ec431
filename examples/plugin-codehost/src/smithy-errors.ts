import { declareErrors } from '@sextant/sdk';

export const smithyErrors = declareErrors({
  SEXTANT_SMITHY_REFUSED: {
    status: 502,
    summary: 'A Smithy server refused the token of a connection.',
    fix: 'Make a new token on the server that may read repositories, and put it into the connection.',
  },
  SEXTANT_SMITHY_ANSWER: {
    status: 502,
    summary: 'A Smithy server answered with something that is not a list of repositories.',
    fix: 'Check that the URL of the connection is the address of a Smithy server.',
  },
});
