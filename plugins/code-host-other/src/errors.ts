import { declareErrors } from '@sextant/sdk';

export const otherErrors = declareErrors({
  SEXTANT_CODE_HOST_OTHER_ANSWER: {
    status: 502,
    summary: 'The server did not answer with a list of repositories; none is deleted for it.',
    fix: 'Check the address, and that the server is the one meant.',
  },
  SEXTANT_CODE_HOST_OTHER_CONFIG: {
    status: 400,
    summary: 'Relative repositories, or a list that the server gives, need "url".',
    fix: 'Set "url".',
  },
});
