import { declareErrors } from '@sextant/sdk';

export const cliErrors = declareErrors({
  SEXTANT_CLI_USAGE: { status: 400, summary: 'An argument of the program is wrong.', fix: 'Correct it; --help lists what is possible.' },
  SEXTANT_CLI_UNREACHABLE: {
    status: 503,
    summary: 'The Sextant that a command asks does not answer.',
    fix: 'Start it, or name another with --endpoint.',
  },
  SEXTANT_CLI_REFUSED: {
    status: 502,
    summary: 'The Sextant that a command asks refused the request.',
    fix: 'Check the address and the access token.',
  },
});
