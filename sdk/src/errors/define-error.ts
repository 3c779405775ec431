import { type ErrorCode, errorCode, isSameErrorCode, setErrorCode } from './error-codes.js';
import { type ErrorText, SextantError } from './sextant-error.js';

/** An error of one code: `throw new NameTooLong({ what: '…' })`. Its `fix` is that of the definition where the text gives none. */
export interface ErrorClass<C extends string = string> {
  new (text: ErrorText): SextantError;
  readonly code: C;
  readonly entry: ErrorCode;
}

const DEFINED = Symbol.for('sextant:defined-error');

/**
 * Defines an error, with its code, its HTTP status and its texts in one place. It registers nothing: a plugin lists its errors in the manifest
 * (`import * as errors from './errors.js'`, then `errors`), and the kernel and the docs generator read them there.
 */
export function defineError<const C extends `SEXTANT_${string}`>(code: C, entry: ErrorCode): ErrorClass<C> {
  return class extends SextantError {
    static readonly code = code;
    static readonly entry = entry;
    static readonly [DEFINED] = true;

    constructor(text: ErrorText) {
      super(code, { fix: entry.fix, ...text });
    }

    // Also where nothing was registered, such as in a test without a kernel.
    override get status(): number {
      return entry.status;
    }
  };
}

/** Also for a class of another copy of this package. */
export const isErrorClass = (value: unknown): value is ErrorClass =>
  typeof value === 'function' && (value as unknown as Readonly<Record<symbol, unknown>>)[DEFINED] === true;

/**
 * Adds every error class among the values to the table of codes; other values are passed over, so that a module's namespace can be given.
 * @throws SEXTANT_ERROR_DUPLICATE for a code that is in the table with other texts
 */
export function registerErrors(errors: Readonly<Record<string, unknown>>): void {
  for (const value of Object.values(errors)) {
    if (!isErrorClass(value)) continue;
    const present = errorCode(value.code);
    if (present && !isSameErrorCode(present, value.entry))
      throw new SextantError('SEXTANT_ERROR_DUPLICATE', {
        what: `The error code ${value.code} is defined twice, with different texts.`,
        fix: 'Rename one of the two.',
      });
    setErrorCode(value.code, value.entry);
  }
}
