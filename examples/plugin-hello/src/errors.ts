import { declareErrors } from '@sextant/sdk';

export const helloErrors = declareErrors({
  SEXTANT_HELLO_NAME: { status: 400, summary: 'A name is too long to be greeted.', fix: 'Give one of at most 100 characters.' },
});
