import { declareErrors } from '@sextant/sdk';

export const cliErrors = declareErrors({
  SEXTANT_CLI_USAGE: { status: 400, summary: 'An argument of the program is wrong.', fix: 'Correct it; --help lists what is possible.' },
});
