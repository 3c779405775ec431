/** What is wrong with a regexp, with UTF-16 offsets into its source. */
export interface RegexError {
  readonly code: RegexErrorCode;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export type RegexErrorCode =
  | 'look-around'
  | 'back-reference'
  | 'missing-parenthesis'
  | 'unexpected-parenthesis'
  | 'missing-bracket'
  | 'invalid-range'
  | 'invalid-repeat-count'
  | 'missing-repeat-argument'
  | 'nested-repeat'
  | 'invalid-escape'
  | 'trailing-backslash'
  | 'invalid-group'
  | 'invalid-group-name'
  | 'invalid-class-name'
  | 'too-deep'
  | 'too-large';

/** Thrown inside the parser and by `compilePattern`; `parseRegex` turns it into a value. */
export class PatternError extends Error implements RegexError {
  override readonly name = 'PatternError';
  constructor(
    readonly code: RegexErrorCode,
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}
