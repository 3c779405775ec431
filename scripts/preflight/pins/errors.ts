import { declareErrors } from '@sextant/sdk';

export const pinErrors = declareErrors({
  SEXTANT_PINS_REPOSITORY: { status: 404, summary: 'A pin names no repository.', fix: 'Give the id of a repository that you can see.' },
});
