import { declareErrors } from '@sextant/sdk';

export const noteErrors = declareErrors({
  SEXTANT_FILE_NOTES_FILE: { status: 404, summary: 'A note names no file.', fix: 'Name a repository and a path that you can see.' },
});
