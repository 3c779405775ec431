import { declareErrors } from '@sextant/sdk';

export const blobErrors = declareErrors({
  SEXTANT_BLOB_KEY: {
    status: 400,
    summary: 'The key of a blob is malformed.',
    fix: 'Use segments of letters, digits and _ . = @ + ~ -, separated by single slashes.',
  },
  SEXTANT_BLOB_RANGE: { status: 400, summary: 'A byte range makes no sense.', fix: 'Give whole numbers with 0 ≤ start < end.' },
  SEXTANT_BLOB_UNAVAILABLE: {
    status: 503,
    summary: 'The blob storage does not answer.',
    fix: 'Check its address, its credentials and its free space.',
  },
});
