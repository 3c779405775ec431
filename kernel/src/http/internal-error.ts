import { declareErrors, SextantError } from '@sextant/sdk';

export const internalErrors = declareErrors({
  SEXTANT_INTERNAL: { status: 500, summary: 'Something failed that the caller cannot mend.', fix: 'Look for the trace id in the log.' },
});

/** What a caller is told of an error without a code: nothing, but where to look. */
export const internalError = (traceId: string): SextantError =>
  new SextantError('SEXTANT_INTERNAL', { what: 'Internal error.', fix: `Look for trace id ${traceId} in the log.` });
