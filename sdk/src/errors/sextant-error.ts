import { errorCode } from './error-codes.js';

/** The three sentences of an error. `what` names the thing; `why` the cause; `fix` what the reader can do. */
export interface ErrorText {
  readonly what: string;
  readonly why?: string;
  readonly fix?: string;
  /** The error behind this one. It is logged, and never shown to the caller. */
  readonly cause?: unknown;
  /** Plain data for machines, shown to the caller: positions, ids, limits. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const BRAND = Symbol.for('sextant:error');

/** An error a person can act on. `code` is one of the codes that a package defines with `defineError` (or, for now, `declareErrors`). */
export class SextantError extends Error {
  readonly [BRAND] = true;
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: string,
    text: ErrorText,
  ) {
    super([text.what, text.why, text.fix].filter(Boolean).join(' '), text.cause === undefined ? undefined : { cause: text.cause });
    this.name = 'SextantError';
    this.what = text.what;
    this.why = text.why;
    this.fix = text.fix;
    this.details = text.details ?? {};
  }

  /** The HTTP status of this error, from the table of codes; 500 for a code nobody declared. */
  get status(): number {
    return errorCode(this.code)?.status ?? 500;
  }

  /** True for any copy of this package, which `instanceof` would not be. */
  static is(error: unknown): error is SextantError {
    return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
  }
}
