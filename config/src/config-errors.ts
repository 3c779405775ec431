import { declareErrors } from '@sextant/sdk';

export const configErrors = declareErrors({
  SEXTANT_CONFIG_FILE: {
    status: 500,
    summary: 'The configuration file cannot be read.',
    fix: 'Correct the syntax at the named position, or the path given with --config.',
  },
  SEXTANT_CONFIG_CODE_DISCOVERED: {
    status: 500,
    summary: 'The working folder holds a configuration file that is code, and nobody named it. It was not run.',
    fix: 'Name it with --config if you trust it, or run the command in another folder.',
  },
  SEXTANT_CONFIG_UNTRUSTED_FILE: {
    status: 500,
    summary: 'The configuration file of the working folder belongs to another account, or other accounts can write it.',
    fix: 'Correct its owner and mode, name it with --config if you trust it, or run the command in another folder.',
  },
  SEXTANT_CONFIG_UNTRUSTED_KEY: {
    status: 500,
    summary: 'The configuration file of the working folder names programs, plugins or a data folder of its own, and nobody named the file.',
    fix: 'Name the file with --config if you trust it, or set these keys in the environment.',
  },
  SEXTANT_CONFIG_INVALID: {
    status: 500,
    summary: 'The configuration holds unknown keys or wrong values; all of them are listed.',
    fix: 'Correct the listed keys; `sextant config explain <key>` tells where each comes from.',
  },
});
