import { defineError } from '@sextant/sdk';

export const BinaryFile = defineError('SEXTANT_HIGHLIGHT_BINARY', {
  status: 415,
  summary: 'A binary file was to be highlighted.',
  fix: 'Ask for its field "binary" first, or download it by its rawURL.',
});
export const FileTooLarge = defineError('SEXTANT_HIGHLIGHT_TOO_LARGE', {
  status: 413,
  summary: 'A file is too large to be shown as lines.',
  fix: 'Download it by its rawURL.',
});
export const InvalidRange = defineError('SEXTANT_HIGHLIGHT_RANGE', {
  status: 400,
  summary: 'A range of lines has no sense.',
  fix: 'Count startLine from 1, and let endLine be no smaller; ranges of lineRanges count from 0, their end excluded.',
});
