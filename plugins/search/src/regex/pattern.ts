import type { PatternSpec } from '../engine/contract.js';
import { emptyMatcher, exactMatcher, foldAscii, foldedMatcher } from './literal-matcher.js';
import { type LiteralQuery, literalRun } from './literal-query.js';
import { compileRegexp } from './regexp-pattern.js';

export type { LiteralQuery } from './literal-query.js';

/** Byte offsets into the buffer that was searched; `end` is exclusive. */
export interface ByteMatch {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds matches in bytes. It holds no state between calls, and serves any number of buffers one after another.
 * A text is one line or, when it does not cross lines, any run of whole lines: the answers are those of each line on its own.
 * When the pattern crosses lines, the text must be the whole document.
 */
export interface Matcher {
  /** Which engine runs, for `explain` and for tests. */
  readonly engine: 'literal' | 'v8' | 're2';
  /**
   * The first match at or after `from` in bytes[start, end); that range is the text, whose edges anchors see.
   * @param start where the text begins; `from` when left out
   */
  find(bytes: Buffer, from: number, end: number, start?: number): ByteMatch | undefined;
  /**
   * Visits the matches of bytes[start, end) that do not overlap, in order; stops when `visit` answers false.
   * Far cheaper than repeated `find` on long texts, since the text is decoded once. An empty match is visited too.
   */
  scan(bytes: Buffer, start: number, end: number, visit: (start: number, end: number) => boolean | void): void;
}

export interface CompiledPattern {
  readonly spec: PatternSpec;
  /** What a document must hold; sound for the whole document, and for each line when the pattern does not cross lines. */
  readonly required: LiteralQuery;
  /** The pattern may match a newline, or looks at the edges of the document (`\\A`, `\\z`): give the matcher whole documents. */
  readonly crossesLines: boolean;
  /** The pattern means the same on any bytes, so no text is checked for its encoding. */
  readonly bytewise: boolean;
  /** A backtracking engine could take very long with it; it runs on a linear one where it does, which is slow enough. */
  readonly ambiguous: boolean;
  matcher(): Matcher;
}

/**
 * Compiles a pattern for byte search.
 * @throws PatternError when a regexp is not RE2 syntax or too large; the query parser has refused such patterns before
 */
export function compilePattern(spec: PatternSpec): CompiledPattern {
  return spec.kind === 'literal' ? compileLiteral(spec) : compileRegexp(spec);
}

function compileLiteral(spec: PatternSpec): CompiledPattern {
  const bytes = Buffer.from(spec.source, 'utf8');
  const folded = foldAscii(bytes);
  const letterless = spec.source.toLowerCase() === spec.source.toUpperCase();
  // Case beyond ASCII needs the Unicode tables of the regexp side.
  if (!spec.caseSensitive && !letterless && !isAscii(spec.source)) return compileRegexp(spec);
  const matcher = bytes.length === 0 ? emptyMatcher() : spec.caseSensitive || letterless ? exactMatcher(bytes) : foldedMatcher(folded);
  return {
    spec,
    required: literalRun(folded),
    crossesLines: spec.source.includes('\n'),
    bytewise: true,
    ambiguous: false,
    matcher: () => matcher,
  };
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
