import { SextantError } from '@sextant/sdk';

/** Another row has what may be there once: told by the database, for two requests at once. */
export const isTaken = (error: unknown): boolean =>
  !SextantError.is(error) && typeof error === 'object' && error !== null && (error as { readonly code?: unknown }).code === '23505';
