/** A metavariable of the pattern and what it stood for in one match. Offsets are bytes into the document. */
export interface Capture {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** At most MAX_CAPTURE_CHARACTERS of it. */
  readonly text: string;
}

/**
 * Why a file was not looked at. `no-grammar`: nothing parses its language; `too-large`: over MAX_PARSE_BYTES; `encoding`: not UTF-8;
 * `crashed`: the parser ended at it; `slow`: it took longer than MAX_PARSE_MS; `pattern`: the pattern is none in its language;
 * `no-engine`: the parser does not run on this machine.
 */
export type UnparsedReason = 'no-grammar' | 'too-large' | 'encoding' | 'crashed' | 'slow' | 'pattern' | 'no-engine';

export interface UnparsedFiles {
  readonly reason: UnparsedReason;
  /** Absent: of no known language. */
  readonly language?: string;
  readonly count: number;
}

export interface StructuralMatches {
  /** Byte ranges, flat, ascending; of matches inside of one another, as in `f(f(x))`, the outermost. */
  readonly hits: readonly number[];
  /** Of the first matches. */
  readonly captures: readonly Capture[];
}

/** `undefined`: the search was stopped meanwhile. */
export type StructuralOutcome = StructuralMatches | { readonly unparsed: UnparsedReason } | undefined;

/** What a parser needs to know of when to stop; a SearchBudget is one. */
export interface StopSign {
  spent(): boolean;
}

/** Looks for a pattern in one document, and blocks the thread until it knows. */
export interface StructuralParser {
  /** @param language as Linguist calls it */
  find(pattern: string, language: string | undefined, content: Buffer, stop: StopSign): StructuralOutcome;
}

/** A tree takes up to 700 bytes of memory for each byte of a hostile file. */
export const MAX_PARSE_BYTES = 512 << 10;
/** Milliseconds for one file; ordinary ones take less than 20. */
export const MAX_PARSE_MS = 2_000;
/** Matches of a document whose metavariables are told. */
export const MAX_CAPTURED_MATCHES = 50;
export const MAX_CAPTURE_CHARACTERS = 200;
