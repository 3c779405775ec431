import { declareErrors } from '@sextant/sdk';

export const configErrors = declareErrors({
  SEXTANT_CONFIG_FILE: {
    status: 500,
    summary: 'The configuration file cannot be read.',
    fix: 'Correct the syntax at the named position, or the path given with --config.',
  },
  SEXTANT_CONFIG_INVALID: {
    status: 500,
    summary: 'The configuration holds unknown keys or wrong values; all of them are listed.',
    fix: 'Correct the listed keys; `sextant config explain <key>` tells where each comes from.',
  },
});
